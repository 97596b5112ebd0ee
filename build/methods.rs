//! The names of the methods that hand-written code gives `Client`: an operation of the same name gets an underscore.

use std::{collections::BTreeSet, fs, io, path::Path};

use super::problem::Problem;

/// Reads the Rust files at and below a path, in the order of their names; a path that does not exist has none.
pub fn read(path: &Path, texts: &mut Vec<String>) -> io::Result<()> {
    if path.is_dir() {
        let mut paths: Vec<_> =
            fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.sort();
        return paths.iter().try_for_each(|path| read(path, texts));
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
        for item in file.items {
            let syn::Item::Impl(block) = item else { continue };
            let is_client = matches!(&*block.self_ty, syn::Type::Path(path) if path.path.is_ident("Client"));
            if block.trait_.is_none() && is_client {
                methods.extend(block.items.into_iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                    _ => None,
                }));
            }
        }
    }
    Ok(methods)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_inherent_blocks_are_found() {
        let files = [
            "impl Client { pub fn new() {} fn private(&self) {} }".to_string(),
            "impl Debug for Client { fn fmt() {} } impl Other { fn other() {} }".to_string(),
        ];
        let found = of_client(&files).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["clone", "new", "private"]);
        assert!(of_client(&["fn".to_string()]).is_err());
    }
}
