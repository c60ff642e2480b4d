//! Events as canonical bytes: the wire format of postcard 1, written several times as fast as the crate does it.
//!
//! Hashing every event must not cost more than deciding it. The crate writes each number through a loop over a checked
//! array and a call to copy it; here a small number is one store, and a large one another. That both give the same
//! bytes is tested on every kind of value, and on every event of whole runs.

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// Writes `value` into `bytes` from `start` on; gives where it ends.
///
/// # Errors
/// No room, a list whose length is not known beforehand, or whatever the value's own `Serialize` raises.
pub(super) fn write<T: Serialize + ?Sized>(
    value: &T,
    bytes: &mut [u8],
    start: usize,
) -> postcard::Result<usize> {
    let mut writer = Writer { bytes, end: start, is_full: false };
    value.serialize(&mut writer)?;
    if writer.is_full { Err(postcard::Error::SerializeBufferFull) } else { Ok(writer.end) }
}

struct Writer<'a> {
    bytes: &'a mut [u8],
    end: usize,
    /// Something found no room. Looked at once, in the end.
    is_full: bool,
}

impl Writer<'_> {
    #[inline(always)]
    fn byte(&mut self, byte: u8) {
        match self.bytes.get_mut(self.end) {
            Some(place) => {
                *place = byte;
                self.end += 1;
            }
            None => self.is_full = true,
        }
    }

    fn all(&mut self, bytes: &[u8]) {
        match self.bytes.get_mut(self.end..).and_then(|room| room.get_mut(..bytes.len())) {
            Some(place) => {
                place.copy_from_slice(bytes);
                self.end += bytes.len();
            }
            None => self.is_full = true,
        }
    }

    /// Seven bits a byte, least significant first, the top bit set on all but the last.
    #[inline(always)]
    fn number(&mut self, number: u64) {
        if number < 0x80 { self.byte(number as u8) } else { self.large_number(number) }
    }

    fn large_number(&mut self, mut number: u64) {
        if number >= 1 << 28 && self.instant(number) {
            return;
        }
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    /// A number of five to eight bytes, which every event has one of: all bytes at once. `false`: it has more, or there
    /// is no room for eight.
    fn instant(&mut self, number: u64) -> bool {
        let room = self.bytes.get_mut(self.end..).and_then(|room| room.first_chunk_mut::<8>());
        let (true, Some(place)) = (number < 1 << 56, room) else {
            return false;
        };
        // 28 and 28 bits apart, then 14 and 14, then 7 and 7.
        let length = (70 - number.leading_zeros()) / 7;
        let mut spread = number & 0x0fff_ffff | (number & 0x00ff_ffff_f000_0000) << 4;
        spread = spread & 0x0000_3fff_0000_3fff | (spread & 0x0fff_c000_0fff_c000) << 2;
        spread = spread & 0x007f_007f_007f_007f | (spread & 0x3f80_3f80_3f80_3f80) << 1;
        let go_on = 0x8080_8080_8080_8080 & ((1u64 << (8 * (length - 1))) - 1);
        *place = (spread | go_on).to_le_bytes();
        self.end += length as usize;
        true
    }

    /// As [`Writer::number`], with the sign in the lowest bit.
    #[inline(always)]
    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }

    #[inline(always)]
    fn length(&mut self, length: Option<usize>) -> postcard::Result<()> {
        self.number(length.ok_or(postcard::Error::SerializeSeqLengthUnknown)? as u64);
        Ok(())
    }
}

macro_rules! numbers {
    ($($method:ident($type:ty) as $as:ty, $write:ident;)*) => {$(
        #[inline(always)]
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

    #[inline(always)]
    fn serialize_bool(self, value: bool) -> postcard::Result<()> {
        self.serialize_u8(u8::from(value))
    }

    #[inline(always)]
    fn serialize_u8(self, value: u8) -> postcard::Result<()> {
        self.byte(value);
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> postcard::Result<()> {
        self.serialize_u8(value as u8)
    }

    fn serialize_f32(self, value: f32) -> postcard::Result<()> {
        self.all(&value.to_le_bytes());
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> postcard::Result<()> {
        self.all(&value.to_le_bytes());
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
        self.all(value);
        Ok(())
    }

    #[inline(always)]
    fn serialize_none(self) -> postcard::Result<()> {
        self.serialize_u8(0)
    }

    #[inline(always)]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> postcard::Result<()> {
        self.byte(1);
        value.serialize(self)
    }

    fn serialize_unit(self) -> postcard::Result<()> {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> postcard::Result<()> {
        Ok(())
    }

    #[inline(always)]
    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> postcard::Result<()> {
        self.serialize_u32(index)
    }

    #[inline(always)]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> postcard::Result<()> {
        value.serialize(self)
    }

    #[inline(always)]
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

    #[inline(always)]
    fn serialize_seq(self, length: Option<usize>) -> postcard::Result<Self> {
        self.length(length)?;
        Ok(self)
    }

    #[inline(always)]
    fn serialize_tuple(self, _: usize) -> postcard::Result<Self> {
        Ok(self)
    }

    #[inline(always)]
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> postcard::Result<Self> {
        Ok(self)
    }

    #[inline(always)]
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

    #[inline(always)]
    fn serialize_map(self, length: Option<usize>) -> postcard::Result<Self> {
        self.length(length)?;
        Ok(self)
    }

    #[inline(always)]
    fn serialize_struct(self, _: &'static str, _: usize) -> postcard::Result<Self> {
        Ok(self)
    }

    #[inline(always)]
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

            #[inline(always)]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> postcard::Result<()> {
                value.serialize(&mut **self)
            }

            #[inline(always)]
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

            #[inline(always)]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                _: &'static str,
                value: &T,
            ) -> postcard::Result<()> {
                value.serialize(&mut **self)
            }

            #[inline(always)]
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
        let edges = (0..64).flat_map(|bit| [(1u64 << bit) - 1, 1 << bit, (1 << bit) + 5]).chain([u64::MAX]);
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
            let expected = postcard::to_stdvec(&everything).unwrap();
            let mut bytes = vec![0; expected.len() + 10];
            let end = write(&everything, &mut bytes, 3).unwrap();
            assert_eq!(bytes[3..end], expected, "{edge}");
            // Just enough room, and one byte too little.
            assert_eq!(write(&everything, &mut bytes[..end], 3), Ok(end));
            assert!(write(&everything, &mut bytes[..end - 1], 3).is_err());
        }
    }
}
