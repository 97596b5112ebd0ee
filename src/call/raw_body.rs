//! The bytes of an answer that the caller reads.

use std::fmt;
use std::ops::Deref;

/// The body of an answer as it came, not decoded. It dereferences to `[u8]`.
///
/// It may hold personal data and card data. So `Debug` shows only its length; keep the bytes out of logs.
///
/// ```
/// # fn example(response: imprint_client::Response<imprint_client::RawBody>) -> Result<(), std::str::Utf8Error> {
/// let text = std::str::from_utf8(&response)?;
/// let bytes: Vec<u8> = response.into_inner().into();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RawBody(Vec<u8>);

impl RawBody {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for RawBody {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for RawBody {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<RawBody> for Vec<u8> {
    fn from(body: RawBody) -> Self {
        body.0
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBody({} bytes)", self.0.len())
    }
}
