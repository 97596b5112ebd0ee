//! The names of the methods that hand-written code gives `Client`: an operation of the same name gets an underscore.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::problem::Problem;

/// The files and folders of `src/` that add methods to `Client`. A test holds that no others do.
pub const PLACES: [&str; 6] = ["client.rs", "client", "ext.rs", "ext", "blocking.rs", "blocking"];

/// Reads the hand-written files that may add methods to `Client`, given the folder `src/`.
pub fn read(src: &Path) -> io::Result<Vec<String>> {
    let mut texts = Vec::new();
    PLACES.iter().try_for_each(|place| read_below(&src.join(place), &mut texts))?;
    Ok(texts)
}

/// The Rust files at and below a path, in the order of their names; a path that does not exist has none.
fn read_below(path: &Path, texts: &mut Vec<String>) -> io::Result<()> {
    if path.is_dir() {
        let paths = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
        let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
        paths.sort();
        return paths.iter().try_for_each(|path| read_below(path, texts));
    }
    if path.extension().is_some_and(|extension| extension == "rs") && path.exists() {
        texts.push(fs::read_to_string(path)?);
    }
    Ok(())
}

/// The methods in the inherent `impl Client` blocks of these files, and those of the traits that `Client` derives.
pub fn of_client(files: &[String]) -> Result<BTreeSet<String>, Problem> {
    let mut methods = BTreeSet::from(["clone".to_string()]);
    for text in files {
        let file = syn::parse_file(text).map_err(|e| {
            Problem::new("src", format!("a hand-written file is no Rust: {e}"), "rustc says more about it")
        })?;
        in_items(&file.items, &mut methods);
    }
    Ok(methods)
}

fn in_items(items: &[syn::Item], methods: &mut BTreeSet<String>) {
    for item in items {
        match item {
            syn::Item::Mod(module) => in_items(module.content.as_ref().map_or(&[], |(_, items)| items), methods),
            syn::Item::Impl(block) if block.trait_.is_none() && is_client(&block.self_ty) => {
                methods.extend(block.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
}

/// `Client`, however its path is written.
fn is_client(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Client"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_inherent_blocks_are_found() {
        let files = [
            "impl Client { pub fn new() {} fn private(&self) {} }".to_string(),
            "impl Debug for Client { fn fmt() {} } impl Other { fn other() {} }".to_string(),
            "mod inner { impl crate::client::Client { fn inner() {} } }".to_string(),
        ];
        let found = of_client(&files).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["clone", "inner", "new", "private"]);
        assert!(of_client(&["fn".to_string()]).is_err());
    }
}
