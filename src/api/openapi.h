// OpenAPI documents made from field tables and kinds: v3 for each group version, v2 for everything. Made when first asked for and kept
// only while used (weak), so an idle server holds none. Any thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/foreign_openapi.h"
#include "api/kind.h"

namespace skiff::api {

class OpenApi {
public:
    explicit OpenApi(std::shared_ptr<const KindRegistry> kinds) : kinds_(std::move(kinds)) {}

    // The index of /openapi/v3: {"paths": {"apis/apps/v1": {"serverRelativeURL": "/openapi/v3/apis/apps/v1?hash=..."}}}.
    Bytes index();
    // Protobuf: the messages of gnostic (openapi_gnostic.h).
    enum class Encoding { Json, Protobuf };
    // The document of "api/v1" or "apis/apps/v1"; null when there is no such group version.
    Bytes document(std::string_view group_version_path, Encoding encoding = Encoding::Json);
    // Its hash as in the index, upper case hexadecimal; "" when there is none.
    std::string hash(std::string_view group_version_path) const;
    // /openapi/v2; its hash, for which no document has to be made.
    Bytes v2(Encoding encoding = Encoding::Json);
    std::string v2_hash();
    // The kinds have changed.
    void invalidate();
    // What other servers add, best first; it stands behind our own and never replaces it. Their v3 documents are only listed here.
    void set_foreign(std::vector<std::shared_ptr<const ForeignOpenApi>> foreign);

    using Emit = std::function<void(const std::string& name, const json::Value& value)>;

private:
    Bytes cached(const std::string& name, std::string (OpenApi::*make)(std::string_view) const);
    std::string make_index(std::string_view) const;
    void walk(std::string_view name, const Emit& add_path, const Emit& define) const;
    void walk_v2(const Emit& add_path, const Emit& define) const;
    std::string make_document(std::string_view path) const;
    std::string make_document_protobuf(std::string_view name) const;
    std::string make_v2(std::string_view) const;
    std::string make_v2_protobuf(std::string_view) const;

    std::shared_ptr<const KindRegistry> kinds_;
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<const std::string>, std::less<>> documents_;
    Bytes index_;
    std::string v2_hash_;
    std::vector<std::shared_ptr<const ForeignOpenApi>> foreign_;   // guarded by mutex_
};

// "core.v1.Pod" -> "io.k8s.api.core.v1.Pod"; "meta.v1.ObjectMeta" -> "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta".
std::string definition_name(std::string_view type);

}  // namespace skiff::api
