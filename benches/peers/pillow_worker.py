"""Thumbnails by Pillow. Arguments: SOURCE DEST SIZE[,SIZE...] QUALITY JOBS FORMAT

As fast as Pillow can: scaled decoding (`thumbnail` asks for it), a process for each core, and turning and colour
conversion done on the small picture, each profile's conversion built once. Of several sizes, each is made from the next
larger one.
"""
import io
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from PIL import Image, ImageCms, ImageOps

SOURCE, DEST, SIZES, QUALITY, JOBS, FORMAT = sys.argv[1:]
SIZES = sorted(map(int, SIZES.split(',')), reverse=True)
# WebP's method is the one that thumbgen uses.
OPTIONS = {'quality': int(QUALITY), **({'method': 2} if FORMAT == 'webp' else {})}
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


def in_levels(picture):
    """In a mode that can be averaged: palettes would only have pixels dropped."""
    if picture.mode in ('P', '1'):
        return picture.convert('RGBA' if picture.has_transparency_data else 'RGB')
    if picture.mode.startswith('I'):
        return picture.convert('I').point(lambda level: level / 257).convert('L')
    return picture


def on_white(picture):
    if picture.has_transparency_data:
        picture = picture.convert('RGBA')
        white = Image.new('RGBA', picture.size, 'white')
        return Image.alpha_composite(white, picture).convert('RGB')
    return picture


def make(name):
    try:
        picture = Image.open(f'{SOURCE}/{name}')
        profile = picture.info.get('icc_profile')
        picture = in_levels(picture)
        picture.thumbnail((SIZES[0], SIZES[0]))
        picture = ImageOps.exif_transpose(picture)
        picture = on_white(picture)
        if profile:
            picture = to_srgb(picture, profile)
        for size in SIZES:
            picture.thumbnail((size, size))
            # Flat, for they are counted there.
            prefix = '' if len(SIZES) == 1 else f'{size}-'
            picture.save(f'{DEST}/{prefix}{name}', FORMAT, **OPTIONS)
    except Exception as error:
        print(f'{name}: {error}', file=sys.stderr)


if __name__ == '__main__':
    JOBS = int(JOBS)
    names = sorted(os.listdir(SOURCE))
    with ProcessPoolExecutor(JOBS) as pool:
        for _ in pool.map(make, names, chunksize=max(1, min(16, len(names) // (32 * JOBS)))):
            pass
