"""How near a try-on is to the truth, where that is known."""

import numpy as np
from skimage import color
from skimage.metrics import structural_similarity


def measure(truth, result):
    """Compare a try-on with the true picture.

    Args:
        truth: uint8 (h, w, 3).
        result: `dress.Result` of the same size.

    Returns:
        Dictionary of floats: `ssim` and `psnr` (decibels) of the whole picture, the same inside the region that was painted, and `colour`,
        CIEDE2000 where the garment shows; nan where nothing does.

    Raises:
        ValueError: two sizes.
    """
    if truth.shape != result.picture.shape:
        raise ValueError(f"The truth is {truth.shape} and the result {result.picture.shape}; equal sizes are wanted.")
    ssim, where = structural_similarity(truth, result.picture, channel_axis=-1, data_range=255, gaussian_weights=True, sigma=1.5,
                                        use_sample_covariance=False, full=True)
    square = ((truth.astype("float64") - result.picture) ** 2).mean(axis=-1)
    shown = result.region & (result.coverage > 0.5)
    with np.errstate(divide="ignore"):
        psnr, inside = (float(10 * np.log10(255**2 / values.mean())) if values.size else np.nan for values in (square, square[result.region]))
    colour = color.deltaE_ciede2000(color.rgb2lab(truth[shown]), color.rgb2lab(result.picture[shown])).mean() if shown.any() else np.nan
    return {"ssim": float(ssim), "ssim_inside": float(where.mean(axis=-1)[result.region].mean()) if result.region.any() else np.nan,
            "psnr": psnr, "psnr_inside": inside, "colour": float(colour)}
