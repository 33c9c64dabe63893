/**
 * Who writes a transaction: one producer per query, with the database's epoch (how often it was opened), so that
 * what an earlier life of the process left open can be told from what this one writes. Kafka's epochs have 15 bits;
 * the rest of ours goes into the upper half of the producer id.
 */
export interface Producer {
  readonly producerId: number;
  readonly producerEpoch: number;
}

const EPOCHS = 0x8000;
const QUERIES = 2 ** 32;

/** The producer a query is in one life of the database. */
export function producerOf(queryNumber: number, epoch: number): Producer {
  return {
    producerId: Math.floor(epoch / EPOCHS) * QUERIES + queryNumber,
    producerEpoch: epoch % EPOCHS,
  };
}

/** The query and epoch a producer stands for. */
export function queryOf(producer: Producer): { queryNumber: number; epoch: number } {
  return {
    queryNumber: producer.producerId % QUERIES,
    epoch: Math.floor(producer.producerId / QUERIES) * EPOCHS + producer.producerEpoch,
  };
}
