//! The options of a single call, as methods of its builder, and the trait of the clients that builders are for.

use super::{CallOptions, Client};

/// A client that sends calls: [`Client`], or with the feature `blocking` the one of the module `blocking`.
///
/// The builders of calls are generic over it, so that both have the same setters and options. It is not meant to be
/// implemented elsewhere.
pub trait AnyClient: Clone + sealed::Sealed {
    /// Changes the options of this client's calls; see [`Client::with_options`].
    #[doc(hidden)]
    fn apply(&mut self, options: CallOptions);
}

impl AnyClient for Client {
    fn apply(&mut self, options: CallOptions) {
        self.apply(options);
    }
}

pub(crate) mod sealed {
    /// Keeps other crates from implementing the trait.
    pub trait Sealed {}
    impl Sealed for crate::client::Client {}
}

/// Implements the options of a call for its builder, which has the client in its field `client`.
macro_rules! call_options {
    ($builder:ident) => {
        /// # Options of this call
        ///
        /// They replace those of the client for this call alone. A value that cannot be used is reported when the call
        /// is sent: it is then an [`Error::Config`](crate::Error::Config), and nothing is sent.
        impl<C: $crate::client::AnyClient> $builder<C> {
            /// How long this call may take, with all its attempts and the pauses between them. An attempt still ends
            /// after its own timeout, see [`attempt_timeout`](Self::attempt_timeout).
            pub fn timeout(self, timeout: ::std::time::Duration) -> Self {
                self.with_options($crate::client::CallOptions::new().timeout(timeout))
            }

            /// How long one attempt of this call may take, from the connection to the last byte of the answer.
            pub fn attempt_timeout(self, timeout: ::std::time::Duration) -> Self {
                self.with_options($crate::client::CallOptions::new().attempt_timeout(timeout))
            }

            /// How often a failed attempt of this call is made again;
            /// [`RetryPolicy::off`](crate::RetryPolicy::off) for never.
            pub fn retry(self, policy: $crate::call::RetryPolicy) -> Self {
                self.with_options($crate::client::CallOptions::new().retry(policy))
            }

            /// A header to send along with this call, such as one for tracing. Its value is kept out of logs. Headers
            /// that the client sets itself are refused; see [`CallOptions::header`](crate::CallOptions::header).
            pub fn header(self, name: impl ::std::convert::AsRef<str>, value: impl ::std::convert::AsRef<str>) -> Self {
                self.with_options($crate::client::CallOptions::new().header(name, value))
            }

            /// The product that this call is about, for partners with several: sent as `x-imprint-merchant-key`.
            pub fn merchant_key(self, key: impl ::std::convert::AsRef<str>) -> Self {
                self.with_options($crate::client::CallOptions::new().merchant_key(key))
            }

            /// Several options at once. Options of the client that `options` does not set stay.
            pub fn with_options(mut self, options: $crate::client::CallOptions) -> Self {
                $crate::client::AnyClient::apply(&mut self.client, options);
                self
            }
        }
    };
}

/// Implements `.await` for the builder of a call, as a short form of `.send().await`.
macro_rules! awaitable {
    ($builder:ident -> $answer:ty) => {
        /// `.await` sends the call, as `.send().await` does.
        impl ::std::future::IntoFuture for $builder {
            type Output = ::std::result::Result<$crate::call::Response<$answer>, $crate::error::Error>;
            type IntoFuture = ::std::pin::Pin<
                ::std::boxed::Box<dyn ::std::future::Future<Output = Self::Output> + ::std::marker::Send>,
            >;

            fn into_future(self) -> Self::IntoFuture {
                ::std::boxed::Box::pin(self.send())
            }
        }
    };
}

pub(crate) use awaitable;
pub(crate) use call_options;
