#!/usr/bin/env python3
"""Makes folders of pictures in other formats out of a folder of JPEGs, for peers.py to measure.

    benches/peers/formats.py FOLDER OUT            # OUT/png, OUT/png-alpha, OUT/webp, ...
    benches/peers/formats.py FOLDER OUT --only png

Each picture is decoded, turned upright and written with the settings that its format is mostly written with. Needs
Pillow.
"""
import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from PIL import Image, ImageOps


def with_alpha(picture):
    """The picture in an ellipse whose edge fades, as cut-outs have it."""
    small = Image.radial_gradient('L').point(lambda far: max(0, min(255, (180 - far) * 8)))
    picture = picture.copy()
    picture.putalpha(small.resize(picture.size, Image.Resampling.BICUBIC))
    return picture


def palette(picture):
    return picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)


def sixteen_bits(picture):
    return picture.convert('L').convert('I').point(lambda level: level * 257).convert('I;16')


# Name: extension, what is done to the picture, how it is saved.
FORMATS = {
    'png': ('png', None, {}),
    'png-alpha': ('png', with_alpha, {}),
    'png-palette': ('png', palette, {}),
    'png-grey16': ('png', sixteen_bits, {}),
    'webp': ('webp', None, {'quality': 80}),
    'webp-lossless': ('webp', None, {'lossless': True, 'method': 2}),
    'gif': ('gif', palette, {}),
    'tiff-deflate': ('tif', None, {'compression': 'tiff_adobe_deflate'}),
    'tiff-lzw': ('tif', None, {'compression': 'tiff_lzw'}),
    'tiff-plain': ('tif', None, {}),
    'bmp': ('bmp', None, {}),
    'ppm': ('ppm', None, {}),
}


def make(job):
    path, out, names = job
    stem = os.path.splitext(os.path.basename(path))[0]
    picture = ImageOps.exif_transpose(Image.open(path))
    profile = picture.info.get('icc_profile')
    if picture.mode not in ('RGB', 'L'):
        picture, profile = picture.convert('RGB'), None
    for name in names:
        extension, change, options = FORMATS[name]
        changed = change(picture) if change else picture
        if profile and extension in ('png', 'webp', 'tif') and changed.mode in ('RGB', 'RGBA'):
            options = {**options, 'icc_profile': profile}
        elif profile:
            changed.info.pop('icc_profile', None)
        changed.save(f'{out}/{name}/{stem}.{extension}', **options)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('folder', help='folder of JPEGs')
    parser.add_argument('out', help='folder to make the others in')
    parser.add_argument('--only', metavar='NAME,...', help=f"of {', '.join(FORMATS)}")
    args = parser.parse_args()
    names = args.only.split(',') if args.only else list(FORMATS)
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        sys.exit(f"no such format: {', '.join(unknown)}")
    for name in names:
        os.makedirs(f'{args.out}/{name}', exist_ok=True)
    paths = [os.path.join(place, file) for place, _, files in os.walk(args.folder) for file in files]
    jpegs = sorted(path for path in paths if path.lower().endswith(('.jpg', '.jpeg')))
    with ProcessPoolExecutor() as pool:
        for _ in pool.map(make, [(path, args.out, names) for path in jpegs]):
            pass


if __name__ == '__main__':
    main()
