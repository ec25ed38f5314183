"""The fitting room: one application from the models of the course, the same in a notebook and under Voila.

- `room`: what all panes share: the learner's feedback, one line that says how things stand, and a guard that keeps errors out of the notebook;
- `parts`: the visible pieces that ipywidgets lacks: tiles with stars, a film, a picture before and after;
- `atelier`, `wardrobe`, `mirror`: the panes; each lists only models that are ready;
- `advice`: recommendations from the stars; `takeaway`: cards to download; `intake`: pictures from a file or the camera;
- `shell`: the whole, and the picture that it leaves behind where no kernel runs; `try_ons`, `opening`: the same with the course's try-on models.
"""
