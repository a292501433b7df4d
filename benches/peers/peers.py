#!/usr/bin/env python3
"""Measures thumbgen beside the tools that people make thumbnails with today.

    benches/peers/peers.py FOLDER                      # what is installed, on your own pictures
    benches/peers/peers.py FOLDER --rounds 7 --cores 1 # every tool held to one core
    benches/peers/peers.py FOLDER --size 512           # larger thumbnails, where decoding and encoding in full count
    benches/peers/peers.py FOLDER --size 128,400,1600  # several of each picture, beside Pillow and runs for each size
    benches/peers/peers.py FOLDER --format webp        # beside Pillow

Looks for vipsthumbnail, GraphicsMagick, ImageMagick, Pillow, pyvips and sharp, and prints a Markdown table. Every tool
does the same work in its best configuration: 128x128 (or --size) at most, never enlarged, upright, in sRGB, without
metadata, JPEG quality 80, as many pictures at once as there are cores, shrinking while decoding wherever the tool can.

Fair: all pictures are read once first; every tool is run once unmeasured; then rounds in which every tool has its turn,
the order rotating; each run writes into a new folder. A ratio is taken within each round, and the median of the ratios
is told, for the machine's own speed drifts. Thumbnails are counted, and a tool that made fewer than the others (it
stopped early, or refused pictures) is not credited. Needs Python 3.8 and nothing else.
"""
import argparse
import datetime
import os
import platform
import re
import shlex
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
EXTENSIONS = ('.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.gif', '.tif', '.tiff', '.bmp', '.ppm')


class Tool:
    """A tool: its name, its version, and the command that makes all thumbnails into a folder."""

    def __init__(self, name, version, how, command, env=None):
        self.name, self.version, self.how = name, version, how
        self.command, self.env = command, env or {}
        self.runs = []


def main():
    args = arguments()
    cores = sorted(os.sched_getaffinity(0))[:args.cores]
    os.sched_setaffinity(0, cores)
    with tempfile.TemporaryDirectory(prefix='thumbgen-peers.', dir=args.out) as work:
        pictures = stage(args.folder, args.repeat, f'{work}/pictures')
        if not pictures:
            sys.exit(f'no pictures in {args.folder}')
        tools = find(args, work, len(pictures), len(cores))
        measure(tools, work, args)
        print(report(args, tools, pictures, len(cores)))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('folder', help='folder of pictures; formats.py makes some of other formats out of JPEGs')
    add('--rounds', type=int, default=5, help='default: 5')
    add('--cores', type=int, help='cores that every tool may use; default: all')
    add('--size', type=sizes, default=[128], metavar='N,...',
        help='the sides of the boxes that thumbnails have to fit; default: 128')
    add('--format', choices=('jpeg', 'webp'), default='jpeg', help='default: jpeg')
    add('--quality', type=int, default=80, help='of JPEG or WebP; default: 80')
    add('--repeat', type=int, default=1, metavar='N', help='work on N copies of a folder too small to measure')
    add('--only', metavar='REGEX', help='only tools whose name matches, and thumbgen')
    add('--thumbgen', metavar='FILE', help='default: target/release/thumbgen, or the one in PATH')
    add('--python', default=sys.executable, metavar='FILE', help='one that has Pillow and pyvips; default: this one')
    add('--node-modules', metavar='DIR', help='folder that sharp is installed in, if node does not find it')
    memory = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
    add('--out', default=memory, metavar='DIR', help='where thumbnails go; default: memory, if there is /dev/shm')
    return parser.parse_args()


def sizes(text):
    return [int(size) for size in text.split(',')]


def stage(folder, repeat, target):
    """Links all pictures into one flat folder, under names of their own so that no tool loses one to its namesake."""
    found = []
    for place, folders, names in os.walk(os.path.abspath(folder)):
        folders.sort()
        found += [os.path.join(place, name) for name in sorted(names) if name.lower().endswith(EXTENSIONS)]
    os.mkdir(target)
    for number, path in enumerate(found * repeat):
        os.symlink(path, f'{target}/{number:07}{os.path.splitext(path)[1].lower()}')
    for path in found:
        with open(path, 'rb') as file:  # into memory, for all tools alike
            while file.read(1 << 20):
                pass
    return found * repeat


# Finding the tools


def find(args, work, count, jobs):
    tools = [thumbgen(args, work, jobs)]
    peers = (vipsthumbnail, graphics_magick, image_magick, pillow, pyvips, sharp)
    if len(args.size) > 1 or args.format != 'jpeg':  # the others would need a run for each
        peers = (one_by_one, pillow) if len(args.size) > 1 else (pillow,)
    for tool in peers:
        found = tool(args, work, count, jobs)
        if found and (not args.only or re.search(args.only, found.name)):
            tools.append(found)
    print('found: ' + ', '.join(f'{tool.name} {tool.version}' for tool in tools), file=sys.stderr)
    return tools


def first_line(command, env=None):
    """The first line that a command prints, or None if it can't be run."""
    try:
        environment = {**os.environ, **(env or {})}
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip().split('\n')[0] if done.returncode == 0 else None


def number(text):
    found = re.search(r'\d+(\.\d+)+', text)
    return found.group() if found else text


def thumbgen(args, work, jobs):
    path, version = program(args)
    options = [*own_options(args, jobs), '--size', ','.join(map(str, args.size))]
    if len(args.size) > 1:
        options += ['--name', '{folder}/{width}-{stem}.{ext}']
    return Tool('thumbgen', number(version), f'--jobs {jobs}', lambda dest: [path, f'{work}/pictures', dest, *options])


def one_by_one(args, work, count, jobs):
    """A run of thumbgen for each size."""
    path, version = program(args)
    name = ['--name', '{folder}/{width}-{stem}.{ext}']
    run = lambda dest, size: shlex.join(
        [path, f'{work}/pictures', dest, *own_options(args, jobs), *name, '--size', str(size)])
    return Tool(f'thumbgen, {len(args.size)} runs', number(version), f'--jobs {jobs}',
                lambda dest: ['sh', '-c', ' && '.join(run(dest, size) for size in args.size)])


def own_options(args, jobs):
    return ['--quiet', '--jobs', str(jobs), '--format', args.format, '--quality', str(args.quality)]


def program(args):
    built = os.path.join(HERE, '../../target/release/thumbgen')
    path = args.thumbgen or (built if os.path.exists(built) else shutil.which('thumbgen'))
    version = path and first_line([path, '--version'])
    if not version:
        sys.exit('thumbgen is not built: cargo build --release')
    return os.path.abspath(path), version


def batches(work, count, jobs, tail):
    """Commands that take many files at once: as few processes as keep all cores busy, for a start costs 20 ms.
    `exit 0`: one bad file must not keep xargs from the next batch."""
    batch = max(1, min(500, -(-count // (2 * jobs))))
    names = f"cd {shlex.quote(work)}/pictures && find . -name '*.*' -print0 | sort -z"
    return ['sh', '-c', f"{names} | xargs -0 -P {jobs} -n {batch} sh -c '\"$@\"; exit 0' sh {shlex.join(tail)}"]


# One thread inside each process, since there is a process for each core.
ONE_THREAD = {'VIPS_CONCURRENCY': '1', 'OMP_NUM_THREADS': '1', 'MAGICK_THREAD_LIMIT': '1'}


def vipsthumbnail(args, work, count, jobs):
    version = first_line(['vipsthumbnail', '--vips-version'])
    if version:
        size = args.size[0]
        options = ['-s', f'{size}x{size}>', '-e', 'srgb', '-o']
        command = lambda dest: batches(
            work, count, jobs, ['vipsthumbnail', *options, f'{dest}/%s.jpg[Q={args.quality},strip]'])
        return Tool('vipsthumbnail', number(version), f'xargs -P {jobs}', command, ONE_THREAD)


def graphics_magick(args, work, count, jobs):
    version = first_line(['gm', 'version'])
    if version:
        size = args.size[0]
        options = ['-size', f'{2 * size}x{2 * size}', '-format', 'jpg', '-quality', str(args.quality),
                   '-define', 'jpeg:optimize-coding=false', '-auto-orient', '-thumbnail', f'{size}x{size}>',
                   '-profile', srgb_profile(work), '+profile', '*']
        command = lambda dest: batches(work, count, jobs, ['gm', 'mogrify', '-output-directory', dest, *options])
        return Tool('GraphicsMagick', number(version), f'mogrify, xargs -P {jobs}', command, ONE_THREAD)


def image_magick(args, work, count, jobs):
    for program in (['magick', 'mogrify'], ['mogrify']):
        version = first_line([*program, '-version'])
        if version and 'ImageMagick' in version:
            size = args.size[0]
            options = ['-define', f'jpeg:size={2 * size}x{2 * size}', '-quality', str(args.quality),
                       '-define', 'jpeg:optimize-coding=off', '-auto-orient', '-thumbnail', f'{size}x{size}>',
                       '-profile', f'icc:{srgb_profile(work)}', '-strip']
            command = lambda dest: batches(work, count, jobs, [*program, '-path', dest, *options])
            return Tool('ImageMagick', number(version), f'mogrify, xargs -P {jobs}', command, ONE_THREAD)


def worker(script, args, work, dest, *options):
    """The arguments of a script beside this one."""
    sizes = ','.join(map(str, args.size))
    return [f'{HERE}/{script}', f'{work}/pictures', dest, sizes, str(args.quality), *map(str, options)]


def pillow(args, work, count, jobs):
    version = first_line([args.python, '-c', 'import PIL; print(PIL.__version__)'])
    if version:
        command = lambda dest: [args.python, *worker('pillow_worker.py', args, work, dest, jobs, args.format)]
        return Tool('Pillow', version, f'{jobs} processes', command)


def pyvips(args, work, count, jobs):
    ask = 'import pyvips; print(*map(pyvips.version, range(3)), sep=".")'
    version = first_line([args.python, '-c', ask])
    if version:
        command = lambda dest: [args.python, *worker('pyvips_worker.py', args, work, dest, jobs)]
        return Tool('libvips (pyvips)', version, f'{jobs} processes', command, ONE_THREAD)


def sharp(args, work, count, jobs):
    at_once = 2 * jobs  # every picture waits for its own thread now and then; twice the cores measured best
    env = {'UV_THREADPOOL_SIZE': str(at_once)}
    if args.node_modules:
        env['NODE_PATH'] = os.path.abspath(args.node_modules)
    version = first_line(['node', '-p', 'require("sharp").versions.sharp'], env)
    if version:
        command = lambda dest: ['node', *worker('sharp_worker.cjs', args, work, dest, at_once)]
        return Tool('sharp', version, f'{at_once} at once', command, env)


def srgb_profile(work):
    """A small sRGB profile (ICC.1:2022, matrix and parametric curve) for the tools that want one as a file."""
    fixed = lambda *values: b''.join(struct.pack('>i', round(value * 65536)) for value in values)
    xyz = lambda *values: b'XYZ \0\0\0\0' + fixed(*values)
    locale = lambda words: struct.pack('>IIHHII', 1, 12, 0x656E, 0x5553, 2 * len(words), 28)
    text = lambda words: b'mluc\0\0\0\0' + locale(words) + words.encode('utf-16-be')
    curve = b'para\0\0\0\0\0\3\0\0' + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    tags = [(b'desc', text('sRGB')), (b'cprt', text('no copyright')), (b'wtpt', xyz(0.9642, 1, 0.8249)),
            (b'rXYZ', xyz(0.43607, 0.22249, 0.01392)), (b'gXYZ', xyz(0.38515, 0.71687, 0.09708)),
            (b'bXYZ', xyz(0.14307, 0.06061, 0.7141)), (b'rTRC', curve), (b'gTRC', curve), (b'bTRC', curve)]
    table, body, start = b'', b'', 132 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack('>II', start + len(body), len(data))
        body += data + b'\0' * (-len(data) % 4)
    header = struct.pack('>I4sI4s4s4s12s4s28s', start + len(body), b'', 0x04000000, b'mntr', b'RGB ', b'XYZ ',
                         struct.pack('>6H', 2026, 1, 1, 0, 0, 0), b'acsp', b'') + fixed(0.9642, 1, 0.8249) + b'\0' * 48
    path = f'{work}/srgb.icc'
    with open(path, 'wb') as file:
        file.write(header + struct.pack('>I', len(tags)) + table + body)
    return path


# Measuring


def measure(tools, work, args):
    for tool in tools:
        run(tool, work, max(args.size))  # programs and libraries into memory
    for turn in range(args.rounds):
        place = turn % len(tools)
        for tool in tools[place:] + tools[:place]:
            tool.runs.append(run(tool, work, max(args.size)))
        print(f'round {turn + 1} of {args.rounds}', file=sys.stderr)


def run(tool, work, size):
    """One run into a new folder. Removed at the very end: removing one makes ext4 slow for the next tool."""
    dest = tempfile.mkdtemp(prefix='out.', dir=work)
    errors = open(f'{work}/errors.txt', 'wb')
    start = time.perf_counter()
    process = subprocess.Popen(tool.command(dest), env={**os.environ, **tool.env}, stdin=subprocess.DEVNULL,
                               stdout=errors, stderr=errors)
    _, status, usage = os.wait4(process.pid, 0)  # with all that it waited for itself
    real = time.perf_counter() - start
    process.returncode = status
    errors.close()
    made = sum(is_thumbnail(entry.path, size) for entry in os.scandir(dest))
    if made == 0:
        with open(f'{work}/errors.txt', errors='replace') as file:
            print(f'{tool.name} made nothing: {file.read(500)}', file=sys.stderr)
    return {'real': real, 'cpu': usage.ru_utime + usage.ru_stime, 'memory': usage.ru_maxrss / 1024, 'made': made}


def is_thumbnail(path, size):
    """Whether the file is a whole JPEG of the right size, or a whole WebP."""
    with open(path, 'rb') as file:
        data = file.read()
    if data[:4] == b'RIFF':
        return len(data) == 8 + int.from_bytes(data[4:8], 'little')
    if data[:2] != b'\xff\xd8' or data[-2:] != b'\xff\xd9':
        return False
    place = 2
    while place + 9 < len(data):
        marker, length = struct.unpack('>HH', data[place:place + 4])
        if 0xFFC0 <= marker <= 0xFFC2:
            return max(struct.unpack('>HH', data[place + 5:place + 9])) <= size
        place += 2 + length
    return False


# Telling


def report(args, tools, pictures, cores):
    own, most = tools[0], max(run['made'] for tool in tools for run in tool.runs)
    median = lambda tool, key: statistics.median(run[key] for run in tool.runs)
    lines = [
        '| tool | version | configuration | seconds (min-max) | CPU s | memory | made | per second | thumbgen is |',
        '|---|---|---|---|---|---|---|---|---|',
    ]
    # For each thumbnail that was made: a picture that was refused is no time saved.
    each = lambda run: run['real'] / max(1, run['made'])
    for tool in sorted(tools, key=lambda tool: statistics.median(map(each, tool.runs))):
        reals = [run['real'] for run in tool.runs]
        made = min(run['made'] for run in tool.runs)
        ratios = [each(theirs) / each(ours) for theirs, ours in zip(tool.runs, own.runs)]
        if tool is own:
            ratio = ''
        elif made < 0.975 * most:
            ratio = 'not credited'
        else:
            ratio = f'**{statistics.median(ratios):.1f}x** as fast ({min(ratios):.1f}-{max(ratios):.1f})'
        cells = [tool.name, tool.version, tool.how,
                 f'{statistics.median(reals):.2f} ({min(reals):.2f}-{max(reals):.2f})',
                 f"{median(tool, 'cpu'):.2f}",
                 f"{max(run['memory'] for run in tool.runs):.0f} MB",
                 str(made),
                 f'{1 / statistics.median(map(each, tool.runs)):.0f}',
                 ratio]
        lines.append('| ' + ' | '.join(cells) + ' |')
    size = sum(map(os.path.getsize, pictures)) / 1e6
    lines += [
        '',
        f'{len(pictures)} pictures, {size:.0f} MB, in memory; {cores} {"core" if cores == 1 else "cores"}; '
        f'median of {args.rounds} interleaved rounds; {machine()}; {datetime.date.today()}.',
        '',
        f'`{shlex.join([os.path.relpath(os.path.abspath(sys.argv[0])), *sys.argv[1:]])}`',
    ]
    return '\n'.join(lines)


def machine():
    model = platform.machine()
    try:
        with open('/proc/cpuinfo') as file:
            model = re.search(r'model name\s*: (.*)', file.read()).group(1)
    except (OSError, AttributeError):
        pass
    return f'{model}, {platform.system()} {platform.release()}'


if __name__ == '__main__':
    main()
