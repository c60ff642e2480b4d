//! Secrets: tokens, session keys, passwords. None is kept as it is; what is kept cannot be turned back.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};

/// How every API token begins, so that people and scanners recognise one.
pub const TOKEN_PREFIX: &str = "pm_";
/// Passwords are at least this long.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Passwords are at most this long, so that hashing one has a bound.
pub const PASSWORD_BYTES_MAX: usize = 256;

/// The system's source of randomness failed.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

/// 32 random bytes in 64 hexadecimal digits.
///
/// # Errors
/// The system gives no randomness.
pub fn random_key() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(blake3::Hash::from_bytes(bytes).to_hex().to_string())
}

/// A new API token.
///
/// # Errors
/// The system gives no randomness.
pub fn new_token() -> Result<String, NoRandomness> {
    Ok(format!("{TOKEN_PREFIX}{}", random_key()?))
}

/// A password that can be read aloud: four groups of four letters and digits that are not easily confused.
///
/// # Errors
/// The system gives no randomness.
pub fn new_password() -> Result<String, NoRandomness> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    let mut password = String::with_capacity(19);
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            password.push('-');
        }
        password.push(LETTERS.get(usize::from(byte % 32)).copied().map_or('x', char::from));
    }
    Ok(password)
}

/// What is kept of a token or a session key. A fast hash is right here, since the key is 256 random bits; looking up the
/// hash tells nothing about how much of a guessed key was right.
#[must_use]
pub fn fingerprint(key: &str) -> String {
    blake3::hash(key.as_bytes()).to_hex().to_string()
}

/// What is kept of a password: Argon2id with a salt of its own. Takes tens of milliseconds: not for an async worker.
///
/// # Errors
/// Hashing failed.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// Whether the password is the one whose hash is kept. As slow as [`hash_password`], and just as slow for `None` (no
/// such user), so that time tells nobody which names exist.
#[must_use]
pub fn verify_password(password: &str, kept: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                          AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let verified = PasswordHash::new(kept.unwrap_or(NOBODY))
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    verified && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_against_its_own_hash_only() {
        let kept = hash_password("correct horse").unwrap();
        assert!(verify_password("correct horse", Some(&kept)));
        assert!(!verify_password("correct horse ", Some(&kept)));
        assert!(!kept.contains("correct"));
    }

    #[test]
    fn nobody_can_sign_in_as_nobody_and_it_takes_as_long() {
        let start = std::time::Instant::now();
        assert!(!verify_password("anything", None));
        let nobody = start.elapsed();
        let kept = hash_password("x").unwrap();
        let start = std::time::Instant::now();
        assert!(!verify_password("anything", Some(&kept)));
        assert!(nobody > start.elapsed() / 5, "a missing user answers much faster: {nobody:?}");
    }

    #[test]
    fn tokens_differ_and_say_what_they_are() {
        let (a, b) = (new_token().unwrap(), new_token().unwrap());
        assert!(a.starts_with("pm_") && a.len() == 67 && a != b);
        assert_ne!(fingerprint(&a), fingerprint(&b));
    }
}
