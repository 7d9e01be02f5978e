// What a store throws when an answer is larger than what it keeps.

export class NoRoomError extends Error {
  constructor() {
    super('the answer is larger than what the cache keeps');
    this.name = 'NoRoomError';
  }
}
