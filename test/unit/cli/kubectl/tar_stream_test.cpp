#include "cli/kubectl/tar_stream.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "base/file.h"
#include "base/random.h"

using namespace skiff;
using namespace skiff::cli::kubectl;

namespace {

struct Folder {
    std::string path = std::filesystem::temp_directory_path() / ("skiff-tar-" + random_name_suffix(8));
    Folder() { std::filesystem::create_directories(path); }
    ~Folder() { std::filesystem::remove_all(path); }
};

std::string archive_of(const std::string& path, const std::string& name) {
    std::string bytes;
    REQUIRE(write_tar(path, name, [&](std::string_view piece) { return bytes += piece, true; }).ok());
    return bytes;
}

}  // namespace

TEST_CASE("a folder comes back whole, in pieces of any size") {
    Folder from, to;
    const std::string deep = from.path + "/" + std::string(60, 'd') + "/" + std::string(60, 'e');
    std::filesystem::create_directories(deep);
    const std::string big(3000, 'x');
    REQUIRE(file::write_volatile(deep + "/file", big).ok());
    REQUIRE(file::write_volatile(from.path + "/empty", "").ok());
    const auto bytes = archive_of(from.path, "src");
    TarReader reader("src", to.path + "/out");
    for (size_t i = 0; i < bytes.size(); i += 7) REQUIRE(reader.feed(std::string_view(bytes).substr(i, 7)).ok());
    CHECK(*file::read(to.path + "/out/" + std::string(60, 'd') + "/" + std::string(60, 'e') + "/file") == big);
    CHECK(file::read(to.path + "/out/empty")->empty());
}

TEST_CASE("an entry that would leave the target is skipped") {
    Folder from, to;
    REQUIRE(file::write_volatile(from.path + "/f", "evil").ok());
    const auto bytes = archive_of(from.path + "/f", "src/../../escaped");
    TarReader reader("src", to.path + "/out");
    REQUIRE(reader.feed(bytes).ok());
    CHECK_FALSE(file::exists(to.path + "/escaped"));
    CHECK(reader.entries() == 0);
}

TEST_CASE("an archive of something else is refused") {
    Folder from, to;
    REQUIRE(file::write_volatile(from.path + "/f", "x").ok());
    TarReader reader("src", to.path + "/out");
    CHECK_FALSE(reader.feed(archive_of(from.path + "/f", "other")).ok());
}
