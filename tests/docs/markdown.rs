//! As much of Markdown as there is in these files.

use crate::files;

/// A file, taken apart.
pub(crate) struct Document {
    pub(crate) name: String,
    /// Headings and blocks of code in their order.
    pub(crate) parts: Vec<Part>,
    /// All else, without what is `code`.
    pub(crate) prose: String,
}

pub(crate) enum Part {
    Heading(Heading),
    Block(Block),
}

pub(crate) struct Heading {
    /// How many `#` it has.
    pub(crate) level: usize,
    pub(crate) text: String,
}

/// A block of code.
pub(crate) struct Block {
    /// The line of the file that it begins at.
    pub(crate) line: usize,
    /// What stands behind the fence: a language, and perhaps more.
    pub(crate) info: String,
    pub(crate) lines: Vec<String>,
}

impl Document {
    pub(crate) fn read(name: &str) -> Self {
        let mut document = Self {
            name: name.to_owned(),
            parts: Vec::new(),
            prose: String::new(),
        };
        let mut block: Option<Block> = None;
        for (number, line) in files::text(name).lines().enumerate() {
            let fence = line.strip_prefix("```");
            match (&mut block, fence) {
                (None, Some(info)) => {
                    block = Some(Block {
                        line: number + 1,
                        info: info.trim().to_owned(),
                        lines: Vec::new(),
                    });
                }
                (Some(_), Some(_)) => document.parts.extend(block.take().map(Part::Block)),
                (Some(block), None) => block.lines.push(line.to_owned()),
                (None, None) => document.prose(line),
            }
        }
        assert!(block.is_none(), "{name}: a block without an end");
        document
    }

    fn prose(&mut self, line: &str) {
        let level = line.bytes().take_while(|byte| *byte == b'#').count();
        if level > 0 {
            let text = line[level..].trim().to_owned();
            self.parts.push(Part::Heading(Heading { level, text }));
        }
        // What is between two backquotes is code and holds no links.
        let outside = line.split('`').step_by(2);
        self.prose.extend(outside);
        self.prose.push('\n');
    }

    pub(crate) fn headings(&self) -> impl Iterator<Item = &Heading> {
        self.parts.iter().filter_map(|part| match part {
            Part::Heading(heading) => Some(heading),
            Part::Block(_) => None,
        })
    }
}

impl Heading {
    /// What a link to it has behind `#`, as GitHub makes it.
    pub(crate) fn anchor(&self) -> String {
        let text = self.text.to_lowercase();
        let kept = text
            .chars()
            .filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    }
}
