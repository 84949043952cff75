#pragma once

namespace polyarch::sys {

// Two heaps for all threads, instead of one for each that is started from now on, which would all keep what they once
// held. For work that moves many large buffers and is to stay small; with one heap the threads wait for each other.
void share_heaps();

}  // namespace polyarch::sys
