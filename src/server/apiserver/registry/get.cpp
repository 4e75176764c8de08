#include "base/strings.h"
#include "server/apiserver/registry/custom_form.h"
#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {

Result<Answer> get_object(Core& core, RequestContext& context, std::string_view resource_version) {
    const api::KindInfo& kind = *context.kind;
    const Attributes& a = context.attributes;
    if (!resource_version.empty()) {
        auto revision = parse_int(resource_version);
        if (!revision || *revision < 0)
            return error(Reason::Unknown, "resourceVersion: Invalid value: \"{}\": strconv.ParseUint: parsing \"{}\": invalid syntax", resource_version, resource_version);
        // Whoever has seen an answer asks for no later revision than the cache has.
        if (*revision > core.cache.applied()) return revision_too_large(*revision, core.cache.applied());
    }
    ResourceCache* resource = core.cache.resource(kind);
    ItemPtr item = resource ? resource->get(object_key(a.ns, a.name)) : nullptr;
    if (!item) return not_found(kind, a.name);
    Answer answer;
    answer.object = TRY(presented(core, kind, item))->object;
    answer.kind = &kind;
    return answer;
}

}  // namespace skiff::apiserver
