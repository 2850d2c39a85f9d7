// What the page shows, in one place; parts of the page listen to the keys they need.

export class Store {
  constructor(values) {
    this.values = { ...values };
    this.listeners = [];
  }

  get(key) {
    return this.values[key];
  }

  /** Change some values, then tell once everyone who listens to one of them. */
  set(changes) {
    const changed = Object.keys(changes).filter(
      (key) => this.values[key] !== changes[key]
    );
    if (!changed.length) return;
    Object.assign(this.values, changes);
    this.listeners
      .filter((listener) => listener.keys.some((key) => changed.includes(key)))
      .forEach((listener) => listener.tell(this.values, changed));
  }

  /** Call tell(values, changedKeys) after any of these keys has changed. */
  on(keys, tell) {
    this.listeners.push({ keys, tell });
  }
}
