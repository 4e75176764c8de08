#include "fault_disk.h"

#include <fstream>

// Laid out by SQLite: our part, then the real file's.
struct FaultDisk::File {
    sqlite3_file base;
    FaultDisk* disk;
    std::string* path;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    static File* of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }

    static int close(sqlite3_file* f) {
        int code = of(f)->real()->pMethods->xClose(of(f)->real());
        delete of(f)->path;
        return code;
    }
    static int read(sqlite3_file* f, void* out, int size, sqlite3_int64 offset) { return of(f)->real()->pMethods->xRead(of(f)->real(), out, size, offset); }
    static int write(sqlite3_file* f, const void* bytes, int size, sqlite3_int64 offset) {
        if (int code = of(f)->disk->check()) return code;
        of(f)->disk->wrote(*of(f)->path, {offset, std::string(static_cast<const char*>(bytes), static_cast<size_t>(size))});
        return of(f)->real()->pMethods->xWrite(of(f)->real(), bytes, size, offset);
    }
    static int truncate(sqlite3_file* f, sqlite3_int64 size) {
        if (int code = of(f)->disk->check()) return code;
        of(f)->disk->wrote(*of(f)->path, {-size - 1, ""});
        return of(f)->real()->pMethods->xTruncate(of(f)->real(), size);
    }
    static int sync(sqlite3_file* f, int) {
        if (int code = of(f)->disk->check()) return code == SQLITE_FULL ? SQLITE_OK : SQLITE_IOERR_FSYNC;
        of(f)->disk->synced(*of(f)->path);
        return SQLITE_OK;
    }
    static int file_size(sqlite3_file* f, sqlite3_int64* size) { return of(f)->real()->pMethods->xFileSize(of(f)->real(), size); }
    static int lock(sqlite3_file* f, int level) { return of(f)->real()->pMethods->xLock(of(f)->real(), level); }
    static int unlock(sqlite3_file* f, int level) { return of(f)->real()->pMethods->xUnlock(of(f)->real(), level); }
    static int check_reserved(sqlite3_file* f, int* out) { return of(f)->real()->pMethods->xCheckReservedLock(of(f)->real(), out); }
    static int control(sqlite3_file* f, int op, void* argument) { return of(f)->real()->pMethods->xFileControl(of(f)->real(), op, argument); }
    static int sector_size(sqlite3_file*) { return 512; }
    static int characteristics(sqlite3_file*) { return 0; }   // nothing is promised: no atomic or safe appends

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* f, int flags, int* out_flags) {
        static const sqlite3_io_methods kMethods = {1,    close,  read, write,          truncate, sync,        file_size,
                                                    lock, unlock, check_reserved, control,  sector_size, characteristics, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
        auto* disk = static_cast<FaultDisk*>(vfs->pAppData);
        int code = disk->real_->xOpen(disk->real_, name, of(f)->real(), flags, out_flags);
        of(f)->base.pMethods = code == SQLITE_OK ? &kMethods : nullptr;
        if (code != SQLITE_OK) return code;
        of(f)->disk = disk;
        of(f)->path = new std::string(name ? name : "");
        return code;
    }
};

FaultDisk::FaultDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "fault";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.pAppData = this;
    vfs_.xOpen = File::open;
    // The other functions are given the VFS that they are called on; the real one keeps its own data there.
    vfs_.xDelete = [](sqlite3_vfs* v, const char* name, int dir) {
        auto* disk = static_cast<FaultDisk*>(v->pAppData);
        std::lock_guard lock(disk->mutex_);
        disk->images_.erase(name);
        return disk->real_->xDelete(disk->real_, name, dir);
    };
    sqlite3_vfs_register(&vfs_, 1);
}

FaultDisk::~FaultDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
}

void FaultDisk::fail_at(int64_t k, int code, bool stays) {
    std::lock_guard lock(mutex_);
    calls_ = 0;
    fail_call_ = k;
    code_ = code;
    stays_ = stays;
    failed_ = false;
}

int FaultDisk::check() {
    std::lock_guard lock(mutex_);
    ++calls_;
    if (fail_call_ < 0 || calls_ < fail_call_ || (calls_ > fail_call_ && !stays_)) return 0;
    failed_ = true;
    return code_;
}

void FaultDisk::apply(std::string& bytes, const Change& change) {
    if (change.offset < 0) {
        bytes.resize(static_cast<size_t>(-change.offset - 1));
        return;
    }
    auto offset = static_cast<size_t>(change.offset);
    if (bytes.size() < offset + change.bytes.size()) bytes.resize(offset + change.bytes.size());
    bytes.replace(offset, change.bytes.size(), change.bytes);
}

void FaultDisk::wrote(const std::string& path, Change change) {
    std::lock_guard lock(mutex_);
    images_[path].pending.push_back(std::move(change));
}

void FaultDisk::synced(const std::string& path) {
    std::lock_guard lock(mutex_);
    Image& image = images_[path];
    for (const auto& change : image.pending) apply(image.synced, change);
    image.pending.clear();
}

void FaultDisk::power_cut(const std::string& folder, std::mt19937& random) {
    std::lock_guard lock(mutex_);
    unsigned mood = random() % 4;   // all lost, all kept, or each by chance
    for (const auto& [path, image] : images_) {
        std::string bytes = image.synced;
        for (auto change : image.pending) {
            if (mood == 0 || (mood > 1 && random() % 2)) continue;
            if (mood > 1 && change.offset >= 0 && random() % 4 == 0) change.bytes.resize(change.bytes.size() / 2);
            apply(bytes, change);
        }
        std::ofstream(folder + path.substr(path.rfind('/')), std::ios::binary) << bytes;
    }
}
