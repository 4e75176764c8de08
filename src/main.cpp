// The one executable. What a process becomes is its first argument; see src/cli.
#include <cstdio>

int main() {
    std::puts("skiff");
    return 0;
}
