#include "server/apiserver/registry/operations.h"

namespace skiff::apiserver {

Result<ListAnswer> delete_collection(Core& core, RequestContext& context, const ListRequest& list, const DeleteOptions& options) {
    ListAnswer found = TRY(list_objects(core, *context.kind, list));
    warn_of_orphans(context, options);
    std::string ns = context.attributes.ns;
    for (const ItemPtr& item : found.items) {   // the answer shows them as they were found
        context.attributes.name = item->object->meta().name;
        context.attributes.ns = item->object->meta().ns;
        auto answer = delete_object(core, context, options);
        if (!answer.ok()) {
            if (answer.status().reason() == Reason::NotFound) continue;   // another writer was faster
            return std::move(answer).status();
        }
    }
    context.attributes.name.clear();
    context.attributes.ns = ns;
    return found;
}

}  // namespace skiff::apiserver
