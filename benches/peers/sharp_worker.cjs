// Thumbnails by sharp. Arguments: SOURCE DEST SIZE QUALITY PICTURES_AT_ONCE
const fs = require('fs');
const sharp = require('sharp');

const [source, dest, size, quality, atOnce] = process.argv.slice(2);
const side = Number(size);
const names = fs.readdirSync(source).sort();
let next = 0;

// One thread a picture, several pictures at once; no picture comes twice, so a cache would only cost.
sharp.concurrency(1);
sharp.cache(false);

async function work() {
  while (next < names.length) {
    const name = names[next++];
    try {
      // Conversion to sRGB and removal of metadata are what sharp does unasked. By default it refuses pictures with
      // slight damage that the others accept.
      await sharp(`${source}/${name}`, { failOn: 'none' })
        .rotate()
        .flatten({ background: 'white' })
        .resize(side, side, { fit: 'inside', withoutEnlargement: true })
        .jpeg({ quality: Number(quality), optimiseCoding: false })
        .toFile(`${dest}/${name}`);
    } catch (error) {
      console.error(`${name}: ${error.message}`);
    }
  }
}

Promise.all(Array.from({ length: Number(atOnce) }, work));
