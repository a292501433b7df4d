//! Where the MCUs of a scan are drawn.

use crate::picture::jpeg::samples::planes::Canvas;
use crate::picture::jpeg::syntax::scan::Layout;

/// Where the MCUs of a scan are drawn.
pub(super) struct McuCanvases<'p, 's> {
    pub(super) layout: Layout,
    pub(super) canvases: &'p mut [Canvas<'s>],
    /// The places among the canvases of the scan's components.
    pub(super) of: Vec<usize>,
}

impl McuCanvases<'_, '_> {
    /// Takes back what was drawn of an MCU.
    pub(super) fn erase(&mut self, mcu: (usize, usize)) {
        for block in &self.layout.blocks {
            let place = self.layout.place(block, mcu);
            self.canvases[self.of[block.component]].erase(place);
        }
    }
}
