//! Files that are no state file, or cannot be used: each is refused with one sentence, and stays as it is.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fs;
use std::path::Path;

use imprint_sandbox::{Sandbox, StartError, StateFileError, StateSummary};
use rusqlite::Connection;

use super::child::Child;

type Test = Result<(), Box<dyn std::error::Error>>;

/// What is done to the bytes of a file.
type Damage = fn(&mut Vec<u8>);

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file"));
    let files = files.filter(|file| file.path().is_file());
    files.map(|file| (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).expect("bytes"))).collect()
}

/// Tries to start a sandbox with a file: why not. Nothing in the folder has changed.
async fn refused(path: &Path) -> StateFileError {
    let folder = path.parent().expect("a folder");
    let before = files(folder);
    let error = Sandbox::builder().state_file(path).start().await.expect_err("it is no state file");
    assert!(files(folder) == before, "{path:?} was changed");
    let StartError::StateFile(error) = error else { panic!("{error:?}") };
    let text = error.to_string();
    assert!(text.contains(&*path.to_string_lossy()) && !text.contains('\n'), "{text:?}");
    // Whoever only looks is told the same, if it is about the file itself.
    if !matches!(error, StateFileError::ReadOnly(_) | StateFileError::Damaged(..)) {
        let looked = StateSummary::of(path).expect_err("it is no state file");
        assert_eq!(looked.to_string(), text);
        assert!(files(folder) == before, "{path:?} was changed");
    }
    error
}

/// A file with an account that has something of everything.
async fn filled(path: &Path) -> Test {
    let sandbox = Sandbox::builder().state_file(path).start().await?;
    for partner in ["A", "B", "C", "D"] {
        sandbox.customer(partner).approved().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_something_else_is_left_as_it_is() -> Test {
    let folder = tempfile::tempdir()?;
    let path = |name: &str| folder.path().join(name);
    fs::write(path("text"), "products:\n  - merchant_key: STORE\n")?;
    fs::write(path("image.png"), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?;
    fs::write(path("zeros"), [0; 4096])?;
    for (name, mode) in [("other.db", "DELETE"), ("other-wal.db", "WAL")] {
        let other = Connection::open(path(name))?;
        other.pragma_update_and_check(None, "journal_mode", mode, |_| Ok(()))?;
        other.execute_batch("CREATE TABLE accounts (name TEXT); INSERT INTO accounts VALUES ('A')")?;
        other.close().map_err(|(_, e)| e)?;
    }
    for name in ["text", "image.png", "zeros", "other.db", "other-wal.db"] {
        let error = refused(&path(name)).await;
        assert!(matches!(error, StateFileError::Foreign(_)), "{name}: {error:?}");
    }
    fs::create_dir(path("directory"))?;
    assert!(matches!(refused(&path("directory")).await, StateFileError::NoFile(_)));
    let nowhere = folder.path().join("nowhere").join("state.db");
    let error = Sandbox::builder().state_file(&nowhere).start().await.expect_err("there is no such folder");
    let StartError::StateFile(StateFileError::Io(..)) = error else { panic!("{error:?}") };
    assert!(error.source().is_some_and(|why| why.to_string().contains("cannot be opened")));
    Ok(())
}

#[tokio::test]
async fn an_empty_file_is_begun() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    fs::write(&path, "")?;
    filled(&path).await?;
    let sandbox = Sandbox::builder().state_file(&path).start().await?;
    assert_eq!(sandbox.client().search_customers().await?.data.len(), 4);
    Ok(())
}

#[tokio::test]
async fn a_newer_version_is_left_to_newer_programs() -> Test {
    let folder = tempfile::tempdir()?;
    for (name, change) in
        [("version.db", "PRAGMA user_version = 2"), ("table.db", "CREATE TABLE things_of_tomorrow (row TEXT)")]
    {
        let path = folder.path().join(name);
        filled(&path).await?;
        Connection::open(&path)?.execute_batch(change)?;
        let error = refused(&path).await;
        assert!(matches!(error, StateFileError::Newer(_)), "{name}: {error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_damaged_file_is_left_as_it_is() -> Test {
    let folder = tempfile::tempdir()?;
    let whole = folder.path().join("whole.db");
    filled(&whole).await?;
    let bytes = fs::read(&whole)?;
    let damage: [(&str, Damage); 4] = [
        ("header.db", |bytes| bytes.truncate(50)),
        ("short.db", |bytes| bytes.truncate(bytes.len() / 2)),
        ("pages.db", |bytes| bytes[8_192..].chunks_mut(4_096).for_each(|page| page[..512].fill(0xa5))),
        ("first.db", |bytes| bytes[100..2_000].fill(0x5a)),
    ];
    for (name, damage) in damage {
        let mut bytes = bytes.clone();
        damage(&mut bytes);
        fs::write(folder.path().join(name), bytes)?;
        let error = refused(&folder.path().join(name)).await;
        assert!(matches!(error, StateFileError::Damaged(..)), "{name}: {error:?}");
    }
    for (name, change) in [
        ("row.db", r#"UPDATE customers SET row = '{"id": "secret of a row"}' WHERE number = 2"#),
        ("text.db", "UPDATE customers SET row = 'secret of a row' WHERE number = 2"),
        ("number.db", "UPDATE sessions SET number = -1 WHERE number = 0"),
        ("head.db", "UPDATE accounts SET clock = 'secret of a row'"),
        ("origin.db", "UPDATE origins SET saved = '{}'"),
        ("without-origin.db", "DELETE FROM origins"),
        ("seed.db", "DELETE FROM sandbox WHERE name = 'seed'"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, &bytes)?;
        let connection = Connection::open(&path)?;
        assert!(connection.execute(change, [])? > 0, "{name}");
        connection.close().map_err(|(_, e)| e)?;
        let error = refused(&path).await;
        assert!(matches!(error, StateFileError::Damaged(..)), "{name}: {error:?}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn what_a_killed_sandbox_has_left_is_not_touched_by_a_refusal() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let mut child = Child::start(&path, None);
    child.url();
    child.kill();
    // The rows are in the file beside the database, where nothing was damaged: the database alone is.
    let mut bytes = fs::read(&path)?;
    assert!(files(folder.path()).len() > 1, "it was killed");
    bytes[60..64].copy_from_slice(&9_u32.to_be_bytes());
    fs::write(&path, &bytes)?;
    assert!(matches!(refused(&path).await, StateFileError::Newer(_)));
    bytes[60..64].copy_from_slice(&1_u32.to_be_bytes());
    fs::write(&path, &bytes)?;
    let sandbox = super::child::builder(&path).start().await?;
    assert_eq!(sandbox.client().search_customers().await?.data.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_file_that_may_not_be_written_is_not() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    filled(&path).await?;
    let mut permissions = fs::metadata(&path)?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions)?;
    assert!(matches!(refused(&path).await, StateFileError::ReadOnly(_)));
    assert_eq!(StateSummary::of(&path)?.accounts.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_file_in_use_is_not_used_twice() -> Test {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    // By this process, also under another name.
    let sandbox = Sandbox::builder().state_file(&path).start().await?;
    let linked = folder.path().join("linked.db");
    fs::hard_link(&path, &linked)?;
    for path in [&path, &linked] {
        let error = Sandbox::builder().state_file(path).start().await.expect_err("it is in use");
        assert!(matches!(error, StartError::StateFile(StateFileError::InUse(_))), "{error:?}");
        assert!(matches!(StateSummary::of(path), Err(StateFileError::InUse(_))));
    }
    sandbox.client().create_session().await?;
    drop(sandbox);
    // By another process.
    let mut child = Child::start(&path, None);
    child.url();
    assert!(matches!(refused(&path).await, StateFileError::InUse(_)));
    child.kill();
    // By a program that looks into it.
    let program = Connection::open(&path)?;
    program.execute_batch("BEGIN; SELECT * FROM accounts")?;
    let error = Sandbox::builder().state_file(&path).start().await.expect_err("it is in use");
    assert!(matches!(error, StartError::StateFile(StateFileError::InUse(_))), "{error:?}");
    drop(program);
    Sandbox::builder().state_file(&path).start().await?;
    Ok(())
}
