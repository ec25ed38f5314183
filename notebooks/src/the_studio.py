# %% [markdown]
# # The studio
#
# Run the cell below, and the room opens. Everything that you do in it stays on this computer. Your stars are kept in a small file of yours; the button at the
# lower right deletes them all.

# %% tags=["nbval-ignore-output"] alt="The studio with its mirror open: a rendered face without makeup, and the same face in a look beside it, below the title and the doors of the rooms."
import tryon_utils
from tryon_utils.studio.opening import open_studio

open_studio()
