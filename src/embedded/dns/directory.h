// The cluster as the Zone sees it, from the shared informers of Services and EndpointSlices. Any thread.
#pragma once

#include <memory>

#include "embedded/dns/zone.h"
#include "reconcile/informer.h"

namespace skiff::dns {

std::unique_ptr<Directory> informed_directory(reconcile::InformerFactory& informers);

}  // namespace skiff::dns
