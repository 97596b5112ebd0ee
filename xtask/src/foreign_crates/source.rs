//! Reads the sources of a crate into its modules.

use std::{fs, io, path::Path};

use syn::{Attribute, Item};

/// A module of the crate: a file, or a block in one.
pub struct Module {
    /// The names from the root of the crate down to it.
    pub path: Vec<String>,
    /// The file that it is in, for messages.
    pub file: String,
    pub items: Vec<Item>,
}

/// Every module in the files below a folder that has a `lib.rs`, except those that only tests compile.
pub fn modules_below(folder: &Path) -> io::Result<Vec<Module>> {
    let mut modules = modules_in_folder(folder, folder, &[])?;
    let test_modules: Vec<Vec<String>> = modules.iter().flat_map(test_modules).collect();
    modules.retain(|module| !test_modules.iter().any(|tests| module.path.starts_with(tests)));
    Ok(modules)
}

/// The modules in the text of one file, which is the module `path`.
pub fn modules_of(file: &str, path: &[String], text: &str) -> syn::Result<Vec<Module>> {
    Ok(split(file, path, syn::parse_file(text)?.items))
}

fn modules_in_folder(root: &Path, folder: &Path, path: &[String]) -> io::Result<Vec<Module>> {
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut modules = Vec::new();
    for entry in entries {
        let entry = entry.path();
        let name = entry.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if entry.is_dir() {
            modules.extend(modules_in_folder(root, &entry, &[path, &[name]].concat())?);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let stands_for_folder = matches!(name.as_str(), "lib" | "mod");
            let path = if stands_for_folder { path.to_vec() } else { [path, &[name]].concat() };
            let file = entry.strip_prefix(root).unwrap_or(&entry).display().to_string();
            let found = modules_of(&file, &path, &fs::read_to_string(&entry)?);
            modules.extend(found.map_err(|e| io::Error::other(format!("{file}: {e}")))?);
        }
    }
    Ok(modules)
}

/// A module, and those that stand in its text.
fn split(file: &str, path: &[String], items: Vec<Item>) -> Vec<Module> {
    let mut inner = Vec::new();
    for item in &items {
        if let Item::Mod(module) = item
            && let Some((_, items)) = &module.content
            && !is_for_tests(&module.attrs)
        {
            inner.extend(split(file, &[path, &[module.ident.to_string()]].concat(), items.clone()));
        }
    }
    let own = Module { path: path.to_vec(), file: file.to_string(), items };
    [vec![own], inner].into_iter().flatten().collect()
}

/// The modules below this one that only tests compile.
fn test_modules(module: &Module) -> Vec<Vec<String>> {
    let declared = module.items.iter().filter_map(|item| match item {
        Item::Mod(inner) if is_for_tests(&inner.attrs) => Some(inner.ident.to_string()),
        _ => None,
    });
    declared.map(|name| [&module.path[..], &[name]].concat()).collect()
}

/// Whether an item has `#[cfg(test)]`.
pub fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}
