#include "api/kinds/hooks.h"
#include "api/kinds/validate_config.h"

namespace skiff::api::kinds {

KindHooks event_hooks() {
    return {.validate_create = validate_event,
            .validate_update = also_on_update(validate_event)};
}

KindHooks events_event_hooks() {
    return {.validate_create = validate_events_event,
            .validate_update = validate_events_event_update};
}

}  // namespace skiff::api::kinds
