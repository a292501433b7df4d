"""Thumbnails by Pillow. Arguments: SOURCE DEST SIZE QUALITY JOBS

As fast as Pillow can: scaled decoding (`thumbnail` asks for it), a process for each core, and turning and colour
conversion done on the small picture, each profile's conversion built once.
"""
import io
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from PIL import Image, ImageCms, ImageOps

SOURCE, DEST, SIZE, QUALITY, JOBS = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
SRGB = ImageCms.createProfile('sRGB')
TRANSFORMS = {}


def to_srgb(picture, profile):
    key = profile, picture.mode
    if key not in TRANSFORMS:
        try:
            opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            TRANSFORMS[key] = ImageCms.buildTransform(opened, SRGB, picture.mode, 'RGB')
        except ImageCms.PyCMSError:  # an unusable profile is taken for sRGB
            TRANSFORMS[key] = None
    transform = TRANSFORMS[key]
    return ImageCms.applyTransform(picture, transform) if transform else picture


def make(name):
    try:
        picture = Image.open(f'{SOURCE}/{name}')
        picture.thumbnail((SIZE, SIZE))
        profile = picture.info.get('icc_profile')
        picture = ImageOps.exif_transpose(picture)
        if profile:
            picture = to_srgb(picture, profile)
        picture.save(f'{DEST}/{name}', 'JPEG', quality=QUALITY)
    except Exception as error:
        print(f'{name}: {error}', file=sys.stderr)


if __name__ == '__main__':
    names = sorted(os.listdir(SOURCE))
    with ProcessPoolExecutor(JOBS) as pool:
        for _ in pool.map(make, names, chunksize=max(1, min(16, len(names) // (32 * JOBS)))):
            pass
