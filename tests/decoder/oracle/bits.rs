//! Bits of an entropy-coded segment, one at a time (T.81 F.2.2.5, figure F.18).

use super::Result;

pub struct Bits<'a> {
    data: &'a [u8],
    /// The next byte to load.
    at: usize,
    byte: u8,
    /// Bits of `byte` that are still to come.
    left: u32,
}

impl<'a> Bits<'a> {
    pub fn new(data: &'a [u8], at: usize) -> Self {
        Self {
            data,
            at,
            byte: 0,
            left: 0,
        }
    }

    /// NEXTBIT of figure F.18, without the DNL branch: the caller knows the number of lines.
    pub fn bit(&mut self) -> Result<u32> {
        if self.left == 0 {
            self.byte = *self.data.get(self.at).ok_or("the data end within a scan")?;
            self.at += 1;
            self.left = 8;
            if self.byte == 0xFF {
                match self.data.get(self.at) {
                    Some(0) => self.at += 1,
                    Some(marker) => {
                        return Err(format!(
                            "marker {marker:02X} within a scan, before {}",
                            self.at
                        ));
                    }
                    None => return Err("the data end within a scan".into()),
                }
            }
        }
        self.left -= 1;
        Ok(u32::from(self.byte >> self.left) & 1)
    }

    /// RECEIVE of figure F.17: an unsigned number of `count` bits, the most significant first.
    pub fn receive(&mut self, count: u32) -> Result<i32> {
        let mut value = 0;
        for _ in 0..count {
            value = (value << 1) | self.bit()? as i32;
        }
        Ok(value)
    }

    /// RECEIVE and EXTEND (figures F.17, F.12): a signed number of category `count`; a leading 0 bit means negative.
    pub fn receive_extended(&mut self, count: u32) -> Result<i32> {
        let value = self.receive(count)?;
        if count > 0 && value < 1 << (count - 1) {
            return Ok(value - (1 << count) + 1);
        }
        Ok(value)
    }

    /// Where the bytes after this segment's begin; what is left of the last byte is padding (F.1.2.3).
    pub fn end(&self) -> usize {
        self.at
    }
}
