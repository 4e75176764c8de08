// JSON, merge, strategic merge and apply patches against a small Deployment. The first byte chooses, the rest is the patch.
#include <cstdint>
#include <string_view>

#include "api/apply.h"
#include "api/decode.h"
#include "api/kind.h"
#include "api/strategic_merge.h"
#include "json/json_patch.h"
#include "json/merge_patch.h"
#include "json/parse.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const auto kinds = api::KindRegistry::builtin();
    static const api::KindInfo* kind = kinds->find(api::Gvk{"apps", "v1", "Deployment"});
    static const json::Value base =
        json::parse(R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"a","namespace":"b","labels":{"x":"y"}},"spec":{"replicas":1,)"
                    R"("selector":{"matchLabels":{"x":"y"}},"template":{"metadata":{"labels":{"x":"y"}},"spec":{"containers":[{"name":"c","image":"i",)"
                    R"("env":[{"name":"A","value":"1"}],"ports":[{"containerPort":80,"protocol":"TCP"}]}]}}}})")
            .value();
    if (size == 0) return 0;
    auto patch = json::parse({reinterpret_cast<const char*>(data) + 1, size - 1});
    if (!patch.ok()) return 0;
    json::Value object = base;
    switch (data[0] % 4) {
        case 0: (void)json::json_patch(object, *patch); break;
        case 1: json::merge_patch(object, *patch); break;
        case 2: (void)api::strategic_merge(*kind->schema, object, *patch); break;
        default: (void)api::apply_configuration(*kinds, *kind, &base, *patch, {"fuzz", "", {}}); return 0;
    }
    (void)api::normalize(*kind->schema, object);
    return 0;
}
