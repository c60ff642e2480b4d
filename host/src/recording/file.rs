//! Recordings as files: compressed with gzip, or as they are.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use pointsman_engine::recording::{Recording, RecordingError, RecordingReader};

/// Bytes that are read at a time.
const PIECE_BYTES: usize = 256 * 1024;
/// How a file in gzip begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How one begins that is not compressed.
const RECORDING: &[u8] = b"{\"recording\"";

/// Why a file cannot be read as a recording.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read at all, or its compression is damaged.
    #[error("cannot read `{path}`: {error}")]
    Unreadable {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// What is in it is no recording.
    #[error("`{path}`: {error}")]
    NoRecording {
        /// Which.
        path: String,
        /// Why.
        error: RecordingError,
    },
}

/// Whether a file looks like a recording: by its first bytes.
///
/// # Errors
/// The file cannot be read.
pub fn is_recording(path: &Path) -> std::io::Result<bool> {
    let mut first = Vec::new();
    File::open(path)?.take(RECORDING.len() as u64).read_to_end(&mut first)?;
    Ok(first.starts_with(&GZIP) || first == RECORDING)
}

/// Reads a recording; `progress` is told how many bytes were unpacked.
///
/// # Errors
/// The file is none, or damaged.
pub fn read_recording(path: &Path, mut progress: impl FnMut(u64)) -> Result<Recording, FileError> {
    let name = || path.display().to_string();
    let unreadable = |error| FileError::Unreadable { path: name(), error };
    let no_recording = |error| FileError::NoRecording { path: name(), error };
    let mut file = BufReader::with_capacity(PIECE_BYTES, File::open(path).map_err(unreadable)?);
    let is_gzip = file.fill_buf().map_err(unreadable)?.starts_with(&GZIP);
    let mut unpacked: Box<dyn Read> =
        if is_gzip { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut reader = RecordingReader::default();
    let mut piece = vec![0; PIECE_BYTES];
    let mut all = 0;
    loop {
        let length = match unpacked.read(&mut piece) {
            Ok(length) => length,
            // A file that was cut off ends in the middle of its compression, too.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => 0,
            Err(error) => return Err(unreadable(error)),
        };
        if length == 0 {
            break;
        }
        reader.push(piece.get(..length).unwrap_or_default()).map_err(no_recording)?;
        all += length as u64;
        progress(all);
    }
    reader.finish().map_err(no_recording)
}
