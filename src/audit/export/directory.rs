//! The directory of a bundle: under another name until all of it is there.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::ExportError;
use crate::db::sqlite_file::beside;

pub(super) struct Directory {
    target: PathBuf,
    partial: PathBuf,
}

/// A file that is written bit by bit.
pub(super) struct Growing {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Directory {
    pub(super) fn create(target: PathBuf) -> Result<Self, ExportError> {
        let partial = beside(&target, ".partial");
        for path in [&target, &partial] {
            if fs::symlink_metadata(path).is_ok() {
                return Err(ExportError::Exists(path.clone()));
            }
        }
        let directory = Self { target, partial };
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&directory.partial).map_err(at(&directory.partial))?;
        Ok(directory)
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ExportError> {
        let path = self.path(name)?;
        fs::write(&path, bytes).map_err(at(&path))
    }

    pub(super) fn file(&self, name: &str) -> Result<Growing, ExportError> {
        let path = self.path(name)?;
        let file = File::create(&path).map_err(at(&path))?;
        Ok(Growing { path, file: BufWriter::new(file) })
    }

    fn path(&self, name: &str) -> Result<PathBuf, ExportError> {
        let path = self.partial.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        Ok(path)
    }

    /// Gives it its name.
    pub(super) fn finish(&self) -> Result<(), ExportError> {
        fs::rename(&self.partial, &self.target).map_err(at(&self.target))
    }
}

impl Growing {
    pub(super) fn append(&mut self, text: &str) -> Result<(), ExportError> {
        self.file.write_all(text.as_bytes()).map_err(at(&self.path))
    }

    pub(super) fn finish(mut self) -> Result<(), ExportError> {
        self.file.flush().map_err(at(&self.path))
    }
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> ExportError {
    let path = path.to_owned();
    move |cause| ExportError::Write { path: path.clone(), cause }
}
