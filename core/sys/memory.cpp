#include "sys/memory.hpp"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace polyarch::sys {

void share_heaps() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 12 << 20);  // beyond the usual buffers; setting it keeps glibc from raising it
  mallopt(M_TRIM_THRESHOLD, 9 << 20);  // what is freed is needed again at once, and would come back page by page
#endif
}

}  // namespace polyarch::sys
