"""Thumbnails by libvips through pyvips. Arguments: SOURCE DEST SIZE QUALITY JOBS

A process for each core, one thread inside each (VIPS_CONCURRENCY=1 is set by the caller).
"""
import os
import sys
from concurrent.futures import ProcessPoolExecutor

SOURCE, DEST, SIZE, QUALITY, JOBS = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])


def start():
    # Only in the children: libvips can't be forked once it has started.
    global pyvips
    import pyvips
    pyvips.cache_set_max(0)


def make(name):
    try:
        picture = pyvips.Image.thumbnail(f'{SOURCE}/{name}', SIZE, height=SIZE, size='down', output_profile='srgb')
        if picture.hasalpha():
            picture = picture.flatten(background=255)
        picture.jpegsave(f'{DEST}/{name}', Q=QUALITY, strip=True)
    except Exception as error:
        print(f'{name}: {error}', file=sys.stderr)


if __name__ == '__main__':
    names = sorted(os.listdir(SOURCE))
    with ProcessPoolExecutor(JOBS, initializer=start) as pool:
        for _ in pool.map(make, names, chunksize=max(1, min(16, len(names) // (32 * JOBS)))):
            pass
