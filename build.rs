//! A new folder of migrations is embedded like a changed one: the macro that embeds them sees only files that it
//! has seen before.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
