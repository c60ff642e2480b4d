//! The web app is embedded from the folder that its own build fills. Without that build the folder is empty.

fn main() {
    let folder = std::path::Path::new("../web-sim/app/dist");
    if let Err(error) = std::fs::create_dir_all(folder) {
        println!("cargo::warning=cannot create {}: {error}", folder.display());
    }
    println!("cargo::rerun-if-changed={}", folder.display());
}
