"""OData, versions 2 and 4: exact values, addresses that nothing can break out of, batches judged group by group.

Queries, bodies and pages are plain data; what an entity means is the adapter's business.
"""

from .batch import Group, GroupAnswer, Operation
from .complaints import Complaint
from .metadata import EntityType, Model, Property
from .services import Entity, Refused, Service, Unreadable
from .values import Version, from_json, key_of, literal, to_json

__all__ = [
    "Complaint",
    "Entity",
    "EntityType",
    "Group",
    "GroupAnswer",
    "Model",
    "Operation",
    "Property",
    "Refused",
    "Service",
    "Unreadable",
    "Version",
    "from_json",
    "key_of",
    "literal",
    "to_json",
]
