#include "api/kinds/hooks.h"
#include "api/kinds/validate_config.h"

namespace skiff::api::kinds {

KindHooks event_hooks() {
    return {.validate_create = validate_event};
}

KindHooks events_event_hooks() {
    return {.validate_create = validate_events_event};
}

}  // namespace skiff::api::kinds
