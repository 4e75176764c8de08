// DiskReserve: some space on the datastore's disk that is kept for bad times. When the disk is full it is given up, so that deletions,
// leases and checkpoints still find room; it is taken back as soon as there is space again. One thread.
#pragma once

#include <string>

namespace skiff::store {

class DiskReserve {
public:
    static constexpr long kBytes = 4 << 20;

    explicit DiskReserve(std::string path) : path_(std::move(path)) {}
    // False when the disk has no room for it.
    bool take();
    void give_up();

private:
    std::string path_;
};

}  // namespace skiff::store
