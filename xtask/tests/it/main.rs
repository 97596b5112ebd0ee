//! Tests of the commands: as processes on copies of the repository's files, against servers on loopback; of what the
//! comparison finds in changed documents; and of the repository's own document, overlay, generated client and README.

mod advice;
mod changes;
mod documents;
mod foreign_crates;
mod formats;
mod front_page;
mod frozen;
mod hidden;
mod hostile;
mod https;
mod interruptions;
mod manifests;
mod mutations;
mod needs;
mod normal_form;
mod overlay_actions;
mod papers;
mod published;
mod refresh_page;
mod refreshes;
mod refusals;
mod repository;
mod sandbox_structure;
mod server;
mod server_faults;
mod structure;
mod support;
mod suspicious;
mod type_check;
mod workflows;
