#include "agent/images/archive_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <memory>

#include "agent/images/reference.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/strings.h"
#include "json/parse.h"

namespace skiff::agent::images {

namespace {

constexpr int kEntriesMax = 10'000;
constexpr size_t kDocumentBytesMax = 16 << 20;
// containerd and nerdctl write the full name here; the OCI annotation may be a bare tag.
constexpr const char* kImageName = "io.containerd.image.name";
constexpr const char* kRefName = "org.opencontainers.image.ref.name";

struct ArchiveCloser {
    void operator()(archive* a) const { ::archive_read_free(a); }
};

// "" for what is not taken: absolute, climbing, or with odd characters.
std::string safe_name(const char* text) {
    std::string out;
    if (!text) return "";
    for (auto part : split_views(text, '/')) {
        if (part.empty() || part == ".") continue;
        if (part == ".." || part.size() > 200) return "";
        out += (out.empty() ? "" : "/") + std::string(part);
    }
    return out;
}

Status write_entry(archive* from, const std::string& path) {
    TRY(file::make_dirs(path.substr(0, path.rfind('/'))));
    Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return errno_status("create " + path, errno);
    const void* data = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    int code;
    while ((code = ::archive_read_data_block(from, &data, &size, &offset)) == ARCHIVE_OK)
        if (::pwrite(fd.get(), data, size, offset) != static_cast<ssize_t>(size)) return errno_status("write " + path, errno);
    return code == ARCHIVE_EOF ? Status() : error(Reason::BadRequest, "archive is damaged: {}", ::archive_error_string(from));
}

Result<json::Value> document(const std::string& path) { return json::parse(TRY(file::read(path, kDocumentBytesMax))).context("{}", path.substr(path.rfind('/') + 1)); }

std::string blob_path(const std::string& dir, const std::string& digest) { return dir + "/blobs/sha256/" + digest.substr(7); }

// A document by digest, verified.
Result<json::Value> verified(const std::string& dir, const std::string& digest) {
    auto text = TRY(file::read(blob_path(dir, digest), kDocumentBytesMax));
    if ("sha256:" + sha256_hex(text) != digest) return error(Reason::BadRequest, "blob {} does not have its digest", digest);
    return json::parse(text);
}

Result<std::vector<ArchivedImage>> read_oci(const std::string& dir, const std::string& architecture) {
    std::vector<ArchivedImage> images;
    auto index = TRY(document(dir + "/index.json"));
    for (const auto& item : index["manifests"].items()) {
        ArchivedImage image;
        image.manifest_digest = item["digest"].as_string();
        if (!is_sha256_digest(image.manifest_digest)) return error(Reason::BadRequest, "index.json has a bad digest");
        auto name = item["annotations"][kImageName].as_string(item["annotations"][kRefName].as_string());
        if (name.find_first_of("/:") != std::string::npos)
            if (auto tag = normalize_reference(name); tag.ok()) image.tags.push_back(*tag);
        auto manifest_document = TRY(verified(dir, image.manifest_digest));
        if (is_index(manifest_document)) {
            auto chosen = choose_platform(manifest_document, architecture);
            if (!chosen.ok()) return std::move(chosen).status();
            manifest_document = TRY(verified(dir, chosen->digest));
        }
        auto manifest = TRY(read_manifest(manifest_document));
        TRY(verified(dir, manifest.config.digest));
        image.config_path = blob_path(dir, manifest.config.digest);
        for (const auto& layer : manifest.layers) image.layer_paths.push_back(blob_path(dir, layer.digest));
        images.push_back(std::move(image));
    }
    return images;
}

Result<std::vector<ArchivedImage>> read_docker(const std::string& dir) {
    std::vector<ArchivedImage> images;
    auto list = TRY(document(dir + "/manifest.json"));
    for (const auto& item : list.items()) {
        ArchivedImage image;
        for (const auto& tag : item["RepoTags"].items()) image.tags.push_back(TRY(normalize_reference(tag.as_string())));
        auto config = safe_name(item["Config"].as_string().c_str());
        if (config.empty()) return error(Reason::BadRequest, "manifest.json names no Config");
        image.config_path = dir + "/" + config;
        for (const auto& layer : item["Layers"].items()) {
            auto name = safe_name(layer.as_string().c_str());
            if (name.empty()) return error(Reason::BadRequest, "manifest.json has a bad layer name");
            image.layer_paths.push_back(dir + "/" + name);
        }
        images.push_back(std::move(image));
    }
    return images;
}

}  // namespace

Status extract_archive(const std::string& archive_path, const std::string& dir, const std::function<void(const Progress&)>& progress) {
    std::unique_ptr<archive, ArchiveCloser> from(::archive_read_new());
    ::archive_read_support_format_tar(from.get());
    ::archive_read_support_filter_gzip(from.get());
    ::archive_read_support_filter_zstd(from.get());
    if (::archive_read_open_filename(from.get(), archive_path.c_str(), 128 << 10) != ARCHIVE_OK)
        return error(Reason::BadRequest, "{}: {}", archive_path, ::archive_error_string(from.get()));
    struct stat info {};
    ::stat(archive_path.c_str(), &info);
    archive_entry* entry = nullptr;
    int code;
    for (int count = 0; (code = ::archive_read_next_header(from.get(), &entry)) == ARCHIVE_OK || code == ARCHIVE_WARN; ++count) {
        if (count >= kEntriesMax) return error(Reason::BadRequest, "{}: more than {} files, this is no image archive", archive_path, kEntriesMax);
        auto name = safe_name(::archive_entry_pathname(entry));
        if (name.empty()) continue;
        // docker save links a layer that occurs twice.
        const char* link = ::archive_entry_hardlink(entry) ? ::archive_entry_hardlink(entry) : ::archive_entry_filetype(entry) == AE_IFLNK ? ::archive_entry_symlink(entry) : nullptr;
        if (link) {
            auto base = ::archive_entry_hardlink(entry) ? std::string() : name.substr(0, name.rfind('/') + 1);
            std::string joined = base + link;
            while (joined.find("/../") != std::string::npos) {
                auto up = joined.find("/../");
                auto before = joined.rfind('/', up - 1);
                joined = (before == std::string::npos ? "" : joined.substr(0, before + 1)) + joined.substr(up + 4);
            }
            if (auto target = safe_name(joined.c_str()); !target.empty()) {
                TRY(file::make_dirs((dir + "/" + name).substr(0, (dir + "/" + name).rfind('/'))));
                ::link((dir + "/" + target).c_str(), (dir + "/" + name).c_str());
            }
            continue;
        }
        if (::archive_entry_filetype(entry) != AE_IFREG) continue;
        TRY(write_entry(from.get(), dir + "/" + name).context("{}", archive_path));
        if (progress) progress({::archive_filter_bytes(from.get(), -1), info.st_size, "reading archive"});
    }
    if (code != ARCHIVE_EOF) return error(Reason::BadRequest, "{}: {}", archive_path, ::archive_error_string(from.get()));
    return {};
}

Result<std::vector<ArchivedImage>> read_archive(const std::string& dir, const std::string& architecture) {
    if (file::exists(dir + "/index.json")) return read_oci(dir, architecture);
    if (file::exists(dir + "/manifest.json")) return read_docker(dir);
    return error(Reason::BadRequest, "this is neither an OCI archive (index.json) nor one of docker save (manifest.json)");
}

}  // namespace skiff::agent::images
