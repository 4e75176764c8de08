#include "api/kinds/hooks.h"

namespace skiff::api::kinds {

KindHooks event_hooks() { return {}; }

KindHooks events_event_hooks() { return {}; }

}  // namespace skiff::api::kinds
