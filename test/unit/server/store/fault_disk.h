// A disk under SQLite that fails on demand and forgets on demand: a VFS over the real one. It counts writes and syncs, can refuse the k-th
// with any SQLite code (once, or from then on), and knows what was synced, so that a power cut can be simulated: every write that was not
// synced may be there, torn, or missing. Syncs do not reach the real disk, which keeps tests fast. One at a time; the default VFS while it
// lives.
#pragma once

#include <sqlite3.h>

#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

class FaultDisk {
public:
    FaultDisk();
    ~FaultDisk();

    // The k-th write, truncation or sync from now on (1 is the next) gives code; stays: all after it too.
    void fail_at(int64_t k, int code, bool stays);
    // Whether the failure was reached.
    bool failed() const { return failed_; }
    int64_t calls() const { return calls_; }
    // Makes copies below folder of all files as they might be found after the power went now.
    void power_cut(const std::string& folder, std::mt19937& random);

private:
    struct Change {
        int64_t offset;
        std::string bytes;   // offset < 0: truncation to -offset - 1
    };
    struct Image {
        std::string synced;
        std::vector<Change> pending;
    };
    struct File;
    friend struct File;
    static void apply(std::string& bytes, const Change& change);
    int check();
    void wrote(const std::string& path, Change change);
    void synced(const std::string& path);

    std::mutex mutex_;
    std::map<std::string, Image> images_;
    int64_t calls_ = 0, fail_call_ = -1;
    int code_ = 0;
    bool stays_ = false, failed_ = false;
    sqlite3_vfs* real_;
    sqlite3_vfs vfs_;
};
