//! Links between the project's pages.

use std::path::{Component, Path, PathBuf};

use crate::documents;
use crate::files;
use crate::markdown::Document;

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_exist() {
    let mut documents = documents();
    for name in ["CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"] {
        documents.push(Document::read(name));
    }
    let mut count = 0;
    let mut broken = Vec::new();
    for document in &documents {
        for link in links(&document.prose) {
            if link.starts_with("https://") {
                continue;
            }
            count += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = match file {
                "" => document.name.clone(),
                file => beside(&document.name, &file.replace("%20", " ")),
            };
            let leads = files::path(&file).exists() && {
                anchor.is_empty()
                    || Document::read(&file)
                        .headings()
                        .any(|heading| heading.anchor() == anchor)
            };
            if !leads {
                broken.push(format!("{}: {link}", document.name));
            }
        }
    }
    assert!(count > 30, "{count}");
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_has_a_table_of_its_contents() {
    for document in documents()
        .iter()
        .filter(|document| document.name != "README.md")
    {
        for heading in document.headings().filter(|heading| heading.level == 2) {
            let entry = format!("- [{}](#{})", heading.text, heading.anchor());
            let text = files::text(&document.name);
            assert!(
                text.lines().any(|line| line == entry),
                "{}: {entry}",
                document.name
            );
        }
    }
}

/// Where the links of a text lead to: `[text](link)`, `src="link"` and `href="link"`.
fn links(text: &str) -> impl Iterator<Item = &str> {
    [("](", ')'), ("src=\"", '"'), ("href=\"", '"')]
        .into_iter()
        .flat_map(move |(begin, end)| {
            text.split(begin)
                .skip(1)
                .filter_map(move |rest| rest.split(end).next())
        })
}

/// The path of `link` in the file `name`, from the project's folder.
fn beside(name: &str, link: &str) -> String {
    let folder = Path::new(name).parent().unwrap();
    let mut path = PathBuf::new();
    for part in folder.join(link).components() {
        if part == Component::ParentDir {
            assert!(path.pop(), "{name}: {link}");
        } else {
            path.push(part);
        }
    }
    path.to_str().unwrap().to_owned()
}
