#include "cli/kubectl/tar_stream.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/file.h"
#include "base/strings.h"
#include "cli/kubectl/remote_command.h"
#include "cli/terminal.h"

namespace skiff::cli::kubectl {

namespace {

constexpr size_t kBlock = 512, kNameMax = 100, kLongNameMax = 4096;
// Offsets and sizes of the fields of a header (POSIX ustar).
constexpr size_t kMode = 100, kSize = 124, kTime = 136, kChecksum = 148, kType = 156, kMagic = 257, kPrefix = 345;

void put_octal(std::string& block, size_t at, size_t width, uint64_t value) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*llo", static_cast<int>(width - 1), static_cast<unsigned long long>(value));
    block.replace(at, width - 1, text, width - 1);
}

std::string make_header(const std::string& name, char type, uint64_t size, mode_t mode, int64_t time) {
    std::string block(kBlock, '\0');
    block.replace(0, std::min(name.size(), kNameMax), name, 0, kNameMax);
    put_octal(block, kMode, 8, mode & 07777);
    put_octal(block, 108, 8, 0);
    put_octal(block, 116, 8, 0);
    put_octal(block, kSize, 12, size);
    put_octal(block, kTime, 12, static_cast<uint64_t>(std::max<int64_t>(time, 0)));
    block[kType] = type;
    block.replace(kMagic, 8, std::string("ustar\0" "00", 8));
    block.replace(kChecksum, 8, 8, ' ');
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    char text[8];
    std::snprintf(text, sizeof text, "%06o", sum & 0777777);
    block.replace(kChecksum, 7, text, 7);
    return block;
}

std::string padding(uint64_t size) { return std::string((kBlock - size % kBlock) % kBlock, '\0'); }

std::string headers_for(const std::string& name, char type, uint64_t size, const struct stat& facts) {
    std::string out;
    if (name.size() > kNameMax) out = make_header("././@LongLink", 'L', name.size() + 1, 0644, 0) + name + '\0' + padding(name.size() + 1);
    return out + make_header(name, type, size, facts.st_mode, facts.st_mtime);
}

Status add(const std::string& path, const std::string& name, const std::function<bool(std::string_view)>& sink) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) return errno_status(path, errno);
    const auto closed = [] { return error(Reason::Unknown, "the connection was closed"); };
    if (S_ISDIR(facts.st_mode)) {
        if (!sink(headers_for(name + "/", '5', 0, facts))) return closed();
        for (const auto& one : TRY(file::list_dir(path))) TRY(add(path + "/" + one, name + "/" + one, sink));
        return {};
    }
    if (!S_ISREG(facts.st_mode)) return {};
    Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) return errno_status(path, errno);
    const auto size = static_cast<uint64_t>(facts.st_size);
    if (!sink(headers_for(name, '0', size, facts))) return closed();
    std::string buffer(64 << 10, '\0');
    for (uint64_t left = size; left > 0;) {
        const auto got = ::read(file.get(), buffer.data(), std::min<uint64_t>(left, buffer.size()));
        if (got <= 0) return error(Reason::Unknown, "{} became shorter while it was read", path);
        if (!sink(std::string_view(buffer).substr(0, static_cast<size_t>(got)))) return closed();
        left -= static_cast<uint64_t>(got);
    }
    return sink(padding(size)) ? Status() : closed();
}

std::string text_at(const std::string& block, size_t at, size_t width) {
    const auto field = block.substr(at, width);
    return field.substr(0, field.find('\0'));
}

}  // namespace

Status write_tar(const std::string& path, const std::string& name, const std::function<bool(std::string_view)>& sink) {
    TRY(add(path, name, sink));
    return sink(std::string(2 * kBlock, '\0')) ? Status() : error(Reason::Unknown, "the connection was closed");
}

Status TarReader::header() {
    if (block_.find_first_not_of('\0') == std::string::npos) return {};
    auto name = text_at(block_, 0, kNameMax);
    if (block_.compare(kMagic, 5, "ustar") == 0 && block_[kMagic + 5] == '\0')
        if (const auto front = text_at(block_, kPrefix, 155); !front.empty()) name = front + "/" + name;
    if (!long_name_.empty()) name = std::exchange(long_name_, {});
    uint64_t size = 0;
    for (const char c : text_at(block_, kSize, 12))
        if (c >= '0' && c <= '7') size = size * 8 + static_cast<uint64_t>(c - '0');
    left_ = size;
    padding_ = (kBlock - size % kBlock) % kBlock;
    const char type = block_[kType];
    into_ = Into::Nothing;
    if (type == 'L') {
        if (size > kLongNameMax) return error(Reason::Unknown, "tar contents corrupted");
        into_ = Into::LongName;
        text_.clear();
        return {};
    }
    while (name.starts_with("/")) name.erase(0, 1);
    while (name.ends_with("/")) name.pop_back();
    if (name != prefix_ && !name.starts_with(prefix_ + "/")) return error(Reason::Unknown, "tar contents corrupted");
    const auto path = target_ + name.substr(prefix_.size());
    for (const auto& part : split(name.substr(prefix_.size()), '/'))
        if (part == "..") return print_error(fmt::format("warning: file \"{}\" is outside target destination, skipping\n", path)), Status();
    if (type == '5') {
        TRY(file::make_dirs(path));
    } else if (type == '0' || type == '\0') {
        const auto slash = path.rfind('/');
        if (slash != std::string::npos && slash > 0) TRY(file::make_dirs(path.substr(0, slash)));
        unsigned mode = 0;
        for (const char c : text_at(block_, kMode, 8))
            if (c >= '0' && c <= '7') mode = mode * 8 + static_cast<unsigned>(c - '0');
        file_.reset(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, (mode & 0777) | 0600));
        if (!file_.valid()) return errno_status(path, errno);
        into_ = Into::File;
    } else {
        print_error(fmt::format("warning: skipping symlink: \"{}\" -> \"{}\"\n", path, text_at(block_, 157, 100)));
        return {};
    }
    ++entries_;
    return {};
}

void TarReader::finish_entry() {
    if (into_ == Into::LongName) long_name_ = text_.substr(0, text_.find('\0'));
    file_.reset();
    into_ = Into::Nothing;
}

Status TarReader::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        if (left_ > 0) {
            const auto part = bytes.substr(0, std::min<uint64_t>(left_, bytes.size()));
            if (into_ == Into::File && !write_all(file_.get(), part)) return errno_status("write", errno);
            if (into_ == Into::LongName) text_ += part;
            left_ -= part.size();
            bytes.remove_prefix(part.size());
            if (left_ == 0) finish_entry();
            continue;
        }
        if (padding_ > 0) {
            const auto skipped = std::min<uint64_t>(padding_, bytes.size());
            padding_ -= skipped;
            bytes.remove_prefix(skipped);
            continue;
        }
        const auto need = kBlock - block_.size();
        block_ += bytes.substr(0, need);
        bytes.remove_prefix(std::min(need, bytes.size()));
        if (block_.size() < kBlock) break;
        TRY(header());
        block_.clear();
        if (left_ == 0) finish_entry();
    }
    return {};
}

}  // namespace skiff::cli::kubectl
