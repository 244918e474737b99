//! The kept values of networks that hold others.

/// A type for the kept values of a network and of those inside it, `$values`. It names those to nobody, so that a network may be less visible than one
/// that holds it. Generated code calls this.
#[doc(hidden)]
#[macro_export]
macro_rules! kept_values {
    ($name:ident $lifetime:lifetime [$($declared:tt)*] [$($used:tt)*] $element:ident, $values:ty) => {
        #[allow(unnameable_types, unreachable_pub, dead_code)]
        pub struct $name<$lifetime, $($declared)* $element: $crate::Element>($values);

        impl<$lifetime, $($declared)* $element: $crate::Element> $crate::network::abi::KeptArray<$lifetime, $element>
            for $name<$lifetime, $($used)* $element>
        {
            type Short<'b>
                = $name<'b, $($used)* $element>
            where
                Self: 'b;

            fn new(data: &mut impl ::core::iter::Iterator<Item = $crate::network::abi::Rows<$lifetime, $element>>) -> Self {
                $name($crate::network::abi::KeptArray::new(data))
            }

            #[inline(always)]
            fn split_at(self, samples: ::core::primitive::usize) -> (Self, Self) {
                let (first, second) = $crate::network::abi::KeptArray::split_at(self.0, samples);
                ($name(first), $name(second))
            }

            fn as_slice_mut(&mut self) -> &mut [$crate::network::abi::Rows<$lifetime, $element>] {
                $crate::network::abi::KeptArray::as_slice_mut(&mut self.0)
            }

            fn reborrow<'b>(&'b mut self) -> Self::Short<'b>
            where
                Self: 'b,
            {
                $name($crate::network::abi::KeptArray::reborrow(&mut self.0))
            }
        }

        impl<$lifetime, $($declared)* $element: $crate::Element> ::core::fmt::Debug for $name<$lifetime, $($used)* $element> {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}
