//! Which values may be missing, beyond what the schemas say.

use super::{Api, Shape};
use crate::build::problem::Problem;

/// Lists and maps are never optional: null, absent and empty mean the same. `lists::require` makes an exception for the
/// list that an operation answers.
pub fn collections(api: &mut Api) -> Result<(), Problem> {
    for field in api.structs.iter_mut().flat_map(|structure| &mut structure.fields) {
        if field.ty.is_collection() {
            field.skip |= field.shape == Shape::Optional;
            field.shape = Shape::Collection;
        }
    }
    Ok(())
}
