"""The levels of a role graph, coarse to fine."""

EVENT = "event"
ACTION = "action"
ENTITY = "entity"
LEVELS = (EVENT, ACTION, ENTITY)
