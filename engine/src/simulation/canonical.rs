//! Events as canonical bytes: the wire format of postcard 1, written several times as fast as the crate does it.
//!
//! Hashing every event must not cost more than deciding it. The crate writes each number through a loop over a checked
//! array and a call to copy it; here a small number is one push. That both give the same bytes is tested on every kind
//! of event there is.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// Appends the bytes of `value` to `bytes`.
///
/// # Errors
/// A list whose length is not known beforehand, or whatever the value's own `Serialize` raises.
pub(super) fn write<T: Serialize + ?Sized>(value: &T, bytes: &mut Vec<u8>) -> postcard::Result<()> {
    value.serialize(&mut Writer(bytes))
}

struct Writer<'a>(&'a mut Vec<u8>);

impl Writer<'_> {
    /// Seven bits a byte, least significant first, the top bit set on all but the last.
    #[inline]
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// As [`Writer::number`], with the sign in the lowest bit.
    #[inline]
    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    #[inline]
    fn length(&mut self, length: Option<usize>) -> postcard::Result<()> {
        self.number(length.ok_or(postcard::Error::SerializeSeqLengthUnknown)? as u64);
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident($type:ty) as $as:ty, $write:ident;)*) => {$(
        #[inline]
        fn $method(self, value: $type) -> postcard::Result<()> {
            self.$write(<$as>::from(value));
            Ok(())
        }
    )*};
}

impl Serializer for &mut Writer<'_> {
    type Ok = ();
    type Error = postcard::Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_u16(u16) as u64, number;
        serialize_u32(u32) as u64, number;
        serialize_u64(u64) as u64, number;
        serialize_i16(i16) as i64, signed;
        serialize_i32(i32) as i64, signed;
        serialize_i64(i64) as i64, signed;
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> postcard::Result<()> {
        self.serialize_u8(u8::from(value))
    }

    #[inline]
    fn serialize_u8(self, value: u8) -> postcard::Result<()> {
        self.0.push(value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> postcard::Result<()> {
        self.serialize_u8(value as u8)
    }

    fn serialize_f32(self, value: f32) -> postcard::Result<()> {
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> postcard::Result<()> {
        self.0.extend_from_slice(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> postcard::Result<()> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> postcard::Result<()> {
        self.serialize_bytes(value.as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> postcard::Result<()> {
        self.number(value.len() as u64);
        self.0.extend_from_slice(value);
        Ok(())
    }

    #[inline]
    fn serialize_none(self) -> postcard::Result<()> {
        self.serialize_u8(0)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> postcard::Result<()> {
        self.0.push(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> postcard::Result<()> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> postcard::Result<()> {
        Ok(())
    }

    #[inline]
    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> postcard::Result<()> {
        self.serialize_u32(index)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> postcard::Result<()> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> postcard::Result<()> {
        self.number(u64::from(index));
        value.serialize(self)
    }

    #[inline]
    fn serialize_seq(self, length: Option<usize>) -> postcard::Result<Self> {
        self.length(length)?;
        Ok(self)
    }

    #[inline]
    fn serialize_tuple(self, _: usize) -> postcard::Result<Self> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> postcard::Result<Self> {
        Ok(self)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> postcard::Result<Self> {
        self.number(u64::from(index));
        Ok(self)
    }

    #[inline]
    fn serialize_map(self, length: Option<usize>) -> postcard::Result<Self> {
        self.length(length)?;
        Ok(self)
    }

    #[inline]
    fn serialize_struct(self, _: &'static str, _: usize) -> postcard::Result<Self> {
        Ok(self)
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> postcard::Result<Self> {
        self.number(u64::from(index));
        Ok(self)
    }

    fn is_human_readable(&self) -> bool {
        false
    }
}

macro_rules! parts {
    ($($trait:ident: $method:ident;)*) => {$(
        impl $trait for &mut Writer<'_> {
            type Ok = ();
            type Error = postcard::Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> postcard::Result<()> {
                value.serialize(&mut **self)
            }

            #[inline]
            fn end(self) -> postcard::Result<()> {
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq: serialize_element;
    SerializeTuple: serialize_element;
    SerializeTupleStruct: serialize_field;
    SerializeTupleVariant: serialize_field;
}

macro_rules! fields {
    ($($trait:ident)*) => {$(
        impl $trait for &mut Writer<'_> {
            type Ok = ();
            type Error = postcard::Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                _: &'static str,
                value: &T,
            ) -> postcard::Result<()> {
                value.serialize(&mut **self)
            }

            #[inline]
            fn end(self) -> postcard::Result<()> {
                Ok(())
            }
        }
    )*};
}

fields! { SerializeStruct SerializeStructVariant }

impl SerializeMap for &mut Writer<'_> {
    type Ok = ();
    type Error = postcard::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> postcard::Result<()> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> postcard::Result<()> {
        value.serialize(&mut **self)
    }

    fn end(self) -> postcard::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    enum Kind {
        Unit,
        New(i64),
        Tuple(u8, i8),
        Struct { of: Option<bool>, at: [u16; 3] },
    }

    #[derive(Serialize)]
    struct Everything<'a> {
        unsigned: (u8, u16, u32, u64),
        signed: (i8, i16, i32, i64),
        floats: (f32, f64),
        text: &'a str,
        letter: char,
        nothing: (),
        kinds: Vec<Kind>,
        map: BTreeMap<String, Option<u64>>,
    }

    #[test]
    fn the_bytes_are_postcards() {
        let edges = [0, 1, 63, 64, 127, 128, 16_383, 16_384, u64::MAX / 2, u64::MAX];
        for edge in edges {
            let everything = Everything {
                unsigned: (edge as u8, edge as u16, edge as u32, edge),
                signed: (edge as i8, edge as i16, edge as i32, edge as i64),
                floats: (edge as f32, -(edge as f64)),
                text: &"退款🙂".repeat((edge % 50) as usize),
                letter: '款',
                nothing: (),
                kinds: vec![
                    Kind::Unit,
                    Kind::New(-(edge as i64).saturating_abs()),
                    Kind::Tuple(edge as u8, -1),
                    Kind::Struct { of: Some(edge > 9), at: [edge as u16; 3] },
                    Kind::Struct { of: None, at: [0; 3] },
                ],
                map: [("a".to_owned(), Some(edge)), ("b".to_owned(), None)].into(),
            };
            let mut bytes = Vec::new();
            write(&everything, &mut bytes).unwrap();
            assert_eq!(bytes, postcard::to_stdvec(&everything).unwrap(), "{edge}");
        }
    }
}
