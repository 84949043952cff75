#pragma once

namespace polyarch::sys {

// One heap for the threads that are started from now on, instead of one for each, which would all keep what they once
// held. For work that moves many large buffers and is to stay small; elsewhere threads would wait for each other.
void share_one_heap();

}  // namespace polyarch::sys
