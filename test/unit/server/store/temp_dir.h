// A folder that is removed with the test.
#pragma once

#include <cstdlib>
#include <string>

#include "base/file.h"

struct TempDir {
    TempDir() {
        char name[] = "/tmp/skiff-store-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~TempDir() { (void)skiff::file::remove_tree(path); }
    std::string file(const std::string& name = "state.db") const { return path + "/" + name; }
    std::string path;
};
